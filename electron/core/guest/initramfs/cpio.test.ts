import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteSource } from './byte-source.js'
import { ArchiveProblem, type CpioMember, readCpio } from './cpio.js'

// GNU cpio 2.13: printf hello > a; mkdir d; ln -s a d/l; find a d | cpio -o -H newc --reproducible | gzip -9n
const REAL = gunzipSync(
  Buffer.from(
    'H4sIAAAAAAACAzMwNzA3MDRAAhaGjiYG2IGhmZmxoYUZnG9qQBwwgjESGTJSc3LyGRgYDJDtBdMmhq4uuPSj2WtAqr0pqPaBxR0N3dxw+tPJwNDE1MUZ2X' +
      '1EAHi4pejnAP2YiO5PQsDQgDzgBGOEBDl6+rgGKSoqMhAJAH2+/pkAAgAA',
    'base64',
  ),
)

function header(fields: Partial<Record<'mode' | 'size' | 'nameBytes', number>>, magic = '070701'): string {
  const values = [1, fields.mode ?? 0o100644, 0, 0, 1, 0, fields.size ?? 0, 0, 0, 0, 0, fields.nameBytes ?? 1, 0]
  return magic + values.map((value) => value.toString(16).padStart(8, '0')).join('')
}

function member(name: string, content = '', mode = 0o100644): Buffer {
  const bytes = Buffer.from(content)
  const head = Buffer.from(`${header({ mode, size: bytes.length, nameBytes: Buffer.byteLength(name) + 1 })}${name}\0`)
  return Buffer.concat([head, pad(head.length), bytes, pad(bytes.length)])
}

function pad(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4)
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function readAll(bytes: Uint8Array, size = 7, keep: (one: CpioMember) => boolean = () => true) {
  const members: [name: string, content: string | null][] = []
  const source = new ByteSource(pieces(bytes, size))
  await readCpio(source, keep, (one, content) => members.push([one.name, content && content.toString()]))
  return { members, position: source.position }
}

test('an archive of GNU cpio', async () => {
  const { members, position } = await readAll(REAL)
  expect(members).toEqual([
    ['a', 'hello'],
    ['d', ''],
    ['d/l', 'a'],
  ])
  // What is behind the trailer fills the last block of 512 bytes.
  expect([position <= REAL.length, REAL.subarray(position).every((byte) => byte === 0)]).toEqual([true, true])
})

test('members in their order, content where it is wanted, and the place behind the trailer', async () => {
  const archive = Buffer.concat([member('./a', 'hello'), member('/d', '', 0o040755), member('d/ünï', '12345678'), member('TRAILER!!!')])
  const { members, position } = await readAll(Buffer.concat([archive, Buffer.from('more')]), 5, (one) => one.name === 'd/ünï')
  expect(members).toEqual([
    ['a', null],
    ['d', null],
    ['d/ünï', '12345678'],
  ])
  expect(position).toBe(archive.length)
})

test('any names and contents, cut into any pieces', async () => {
  const name = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom('a', 'ß', '.', '-', ' ') }).map((text) => `x${text}`)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, fc.string({ maxLength: 50 }))), fc.integer({ min: 1, max: 300 }), async (entries, size) => {
      const archive = Buffer.concat([...entries.map(([path, content]) => member(path, content)), member('TRAILER!!!')])
      expect((await readAll(archive, size)).members).toEqual(entries)
    }),
  )
})

test.each([
  ['no trailer', member('a', 'x'), /without its trailer/],
  ['no header', Buffer.concat([member('a', 'x'), Buffer.alloc(200, 0x41)]), /no header/],
  ['no numbers', Buffer.from(`070701${'zz'.repeat(52)}`), /no number/],
  ['an endless name', Buffer.from(header({ nameBytes: 0xffff_ffff })), /a name of 4294967295 bytes/],
  ['no name', Buffer.from(header({ nameBytes: 0 })), /a name of 0 bytes/],
  ['a name that is cut', Buffer.from(`${header({ nameBytes: 100 })}abc`), /within a name/],
  ['content that is cut', Buffer.concat([Buffer.from(header({ size: 0xffff_fff0, nameBytes: 2 })), Buffer.from('b\0')]), /within b/],
])('hostile: %s', async (_what, bytes, problem) => {
  await expect(readAll(bytes)).rejects.toThrow(problem)
  await expect(readAll(bytes, 1000, () => false)).rejects.toThrow(ArchiveProblem)
})

test('any bytes end in members or a problem', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 109 }), async (noise, at) => {
      const bytes = Buffer.concat([member('a', 'x'), member('TRAILER!!!')])
      bytes.set(noise.subarray(0, bytes.length - at), at)
      await readAll(bytes).catch((thrown: unknown) => {
        expect(thrown).toBeInstanceOf(ArchiveProblem)
      })
    }),
  )
})
