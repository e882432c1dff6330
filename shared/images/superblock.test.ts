import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSuperblock, SUPERBLOCK_BYTES } from './superblock.js'

function draw(fields: readonly (readonly [number, string | readonly number[]])[], length = SUPERBLOCK_BYTES): Uint8Array {
  const bytes = new Uint8Array(length)
  for (const [at, value] of fields) bytes.set(typeof value === 'string' ? [...value].map((char) => char.charCodeAt(0)) : value, at)
  return bytes
}
const read = (bytes: Uint8Array) => readSuperblock((offset, length) => bytes.subarray(offset, offset + length))

test('an LVM physical volume', async () => {
  const bytes = draw([
    [512, 'LABELONE'],
    [532, [32, 0, 0, 0]],
    [536, 'LVM2 001'],
    [544, 'abcdefGHIJklmn1234opqrSTUVwxyz56'],
  ])
  expect(await read(bytes)).toEqual({
    kind: 'lvm',
    type: 'LVM2_member',
    label: null,
    uuid: 'abcdef-GHIJ-klmn-1234-opqr-STUV-wxyz56',
    usedBytes: null,
  })
})

test('an ISO 9660 volume', async () => {
  const at = 0x8000
  const bytes = draw([
    [at, '\u0001CD001'],
    [at + 40, 'ISO LABEL                       '],
    [at + 80, [0, 2, 0, 0]],
    [at + 128, [0, 8]],
    [at + 813, '2026112103340500'],
    [at + 830, '0000000000000000'],
  ])
  expect(await read(bytes)).toEqual({
    kind: 'iso9660',
    type: 'iso9660',
    label: 'ISO LABEL',
    uuid: '2026-11-21-03-34-05-00',
    usedBytes: 1024 * 1024,
  })
})

test.each([
  ['exfat', 3, 'EXFAT   '],
  ['BitLocker', 3, '-FVE-FS-'],
  ['f2fs', 1024, '\u0010\u0020\u00f5\u00f2'],
  ['erofs', 1024, '\u00e2\u00e1\u00f5\u00e0'],
])('%s is named', async (type, at, magic) => expect(await read(draw([[at, magic]]))).toMatchObject({ kind: 'other', type }))

test('a hostile superblock neither throws nor runs long', async () => {
  const fat = draw([
    [0, [0xeb, 0x3c, 0x90]],
    [11, [0, 2, 1, 1, 0, 2, 0, 2, 0, 0, 0xf8, 9, 0]],
    [32, [0xff, 0xff, 0xff, 0xff]],
    [510, [0x55, 0xaa]],
  ])
  const xfs = draw([[0, 'XFSB']])
  const seeds = [
    fat,
    draw([[1080, [0x53, 0xef]]]),
    xfs,
    draw([[0x10040, '_BHRfS_M']]),
    draw([[0x8000, '\u0001CD001']]),
    draw([[0, 'LUKS\u00ba\u00be']]),
    draw([
      [0, 'LABELONE'],
      [24, 'LVM2 001'],
    ]),
    draw([[3, 'EXFAT   ']]),
  ]
  const change = fc.tuple(fc.oneof(fc.nat(120), fc.integer({ min: 1024, max: 1400 })), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(change, { maxLength: 12 }),
      fc.nat(SUPERBLOCK_BYTES),
      async (seed, changes, length) => {
        const bytes = seed.slice(0, changes.length % 3 === 0 ? length : undefined)
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        let reads = 0
        const found = await readSuperblock((offset, wanted) => {
          reads += 1
          expect(wanted).toBeLessThanOrEqual(256 * 1024)
          return bytes.subarray(offset, offset + wanted)
        })
        // The end of an XFS log is searched for, by halves of at most 2 GiB in blocks of 512 bytes.
        expect(reads).toBeLessThanOrEqual(seed === xfs ? 1 + 25 : 3)
        const used = found?.usedBytes ?? null
        expect(used === null || (Number.isSafeInteger(used) && used >= 0)).toBe(true)
      },
    ),
    { numRuns: 3000 },
  )
})
