import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPaxRecords, readPaxSparse } from './tar-pax.js'
import { readSparseBlock, readTarHeader, sparseProblem, TAR_BLOCK } from './tar-header.js'

interface Fields {
  readonly name: string
  readonly size: string
  readonly type: string
  readonly magic: string
  readonly prefix?: string
}

function header({ name, size, type, magic, prefix = '' }: Fields): Uint8Array {
  const block = Buffer.alloc(TAR_BLOCK)
  block.write(name, 0, 100, 'utf8')
  block.write(size, 124, 12, 'latin1')
  block.write('        ', 148)
  block.write(type, 156, 1, 'latin1')
  block.write(magic, 257, 'latin1')
  block.write(prefix, 345, 155, 'utf8')
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return block
}

test('a header is read back as it was written', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9._/-]{1,99}$/),
      fc.nat({ max: 8 ** 11 - 1 }),
      fc.constantFrom('0', '\0', '7', '1', '2', '3', '5', '6', 'V'),
      (name, size, type) => {
        const read = readTarHeader(header({ name, size: size.toString(8).padStart(11, '0'), type, magic: 'ustar\u000000' }))
        const hasData = !'12356'.includes(type) && !(type === '\0' && name.endsWith('/'))
        expect(read).toMatchObject({ name, type, size: hasData ? size : 0, sparse: null })
      },
    ),
  )
})

test('any one changed bit outside of the checksum is found by it', () => {
  const good = header({ name: 'disk.raw', size: '00000001000', type: '0', magic: 'ustar\u000000' })
  expect(readTarHeader(good)).toMatchObject({ size: 512 })
  fc.assert(
    fc.property(fc.nat({ max: TAR_BLOCK * 8 - 1 }), (bit) => {
      const bad = Uint8Array.from(good)
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const at = bit >> 3
      const read = readTarHeader(bad)
      if (at < 148 || at >= 156) expect(read).toBeNull()
    }),
  )
})

test('arbitrary bytes never throw', () => {
  const readAll = (bytes: Uint8Array): void => {
    readTarHeader(bytes)
    readSparseBlock(bytes)
    readPaxSparse(readPaxRecords(bytes) ?? [])
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(() => readAll(bytes)).not.toThrow()
    }),
  )
})

test('sizes above 8 GiB in base 256, negative and huge ones are none', () => {
  const size = (bytes: readonly number[]): string => String.fromCharCode(...bytes)
  const of = (field: string) => readTarHeader(header({ name: 'a', size: field, type: '0', magic: 'ustar  \0' }))
  expect(of(size([0x80, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0]))).toMatchObject({ size: 4 * 2 ** 32 })
  expect(of(size([0xff, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]))).toBeNull()
  expect(of(size([0x80, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]))).toBeNull()
  expect(of('0000000008\0')).toBeNull()
})

test('the prefix of ustar is part of the name, and GNU has other things there', () => {
  expect(readTarHeader(header({ name: 'c', prefix: 'a/b', size: '0', type: '0', magic: 'ustar\u000000' }))).toMatchObject({ name: 'a/b/c' })
  expect(readTarHeader(header({ name: 'c', prefix: 'a/b', size: '0', type: '0', magic: 'ustar  \0' }))).toMatchObject({ name: 'c' })
})

test('sparse pieces have to be in order, within the file, and as long as its data', () => {
  expect(
    sparseProblem(
      [
        { offset: 0, length: 512 },
        { offset: 4096, length: 1 },
      ],
      5000,
      513,
    ),
  ).toBeNull()
  expect(
    sparseProblem(
      [
        { offset: 512, length: 512 },
        { offset: 0, length: 1 },
      ],
      5000,
      513,
    ),
  ).toMatch(/overlap/)
  expect(sparseProblem([{ offset: 4999, length: 2 }], 5000, 2)).toMatch(/behind its end/)
  expect(sparseProblem([{ offset: 0, length: 2 }], 5000, 3)).toMatch(/not as long/)
})

test('pax records: lengths that do not fit are none', () => {
  const read = (text: string) => readPaxRecords(Buffer.from(text))
  expect(read('12 path=a/b\n20 GNU.sparse.size=7\n')).toEqual(null)
  expect(read('12 path=a/b\n')).toEqual([['path', 'a/b']])
  expect(read('13 path=ü/b\n')).toEqual([['path', 'ü/b']])
  for (const bad of ['11 path=a/b\n', '99 path=a\n', '0 path=a\n', 'path=a\n', '-1 a=b\n']) expect(read(bad)).toBeNull()
  expect(readPaxSparse([['path', 'a']])).toBeUndefined()
  expect(readPaxSparse([['GNU.sparse.map', '0,1,2']])).toBeNull()
  expect(
    readPaxSparse([
      ['GNU.sparse.size', '9'],
      ['GNU.sparse.map', '0,1,8,1,9,0'],
    ]),
  ).toEqual({
    realSize: 9,
    pieces: [
      { offset: 0, length: 1 },
      { offset: 8, length: 1 },
    ],
  })
})
