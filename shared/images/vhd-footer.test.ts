import { expect, test } from 'vitest'
import { ByteView } from './byte-view.js'
import { readVhd } from './headers/vhd.js'
import { fixedVhdFooter } from './vhd-footer.js'

const UUID = '01234567-89ab-cdef-0123-456789abcdef'
const MIB = 1024 ** 2

test.for([20 * MIB, 31 * MIB, 64 * MIB, 510 * MIB, 10 * 1024 * MIB, 300 * 1024 * MIB])('a disk of %i bytes is read as one', (diskBytes) => {
  const footer = fixedVhdFooter({ diskBytes, uuid: UUID, madeAt: Date.UTC(2026, 0, 1) })
  const view = new ByteView(footer)
  expect(readVhd(new ByteView(new Uint8Array(512)), view, diskBytes + 512)).toMatchObject({
    format: 'vhd',
    variant: 'fixed',
    virtualBytes: diskBytes,
  })
})

test('the same facts make the same bytes, others do not', () => {
  const facts = { diskBytes: 32 * MIB, uuid: UUID, madeAt: Date.UTC(2026, 0, 1) }
  expect(fixedVhdFooter(facts)).toEqual(fixedVhdFooter({ ...facts }))
  expect(fixedVhdFooter(facts)).not.toEqual(fixedVhdFooter({ ...facts, madeAt: facts.madeAt + 1000 }))
})
