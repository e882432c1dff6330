import fc from 'fast-check'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { needsLargeSize, tarHeader, tarPadding, tarTrailer } from './ustar-header.js'

/** The header as an independent reader sees it. */
async function read(header: Uint8Array): Promise<Record<string, unknown>> {
  const reader = extract()
  const found = new Promise<Record<string, unknown>>((resolve, reject) => {
    reader.on('entry', (entry) => resolve({ ...entry }))
    reader.on('error', reject)
  })
  reader.write(Buffer.from(header))
  const entry = await found
  reader.destroy()
  return entry
}

test('another reader reads what was written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[!-~]{1,100}$/),
      fc.integer({ min: 0, max: 2 ** 50 }),
      fc.integer({ min: 0, max: 0o7777 }),
      async (name, size, mode) => {
        fc.pre(!name.endsWith('/'))
        expect(await read(tarHeader({ name, size, mode, uid: 107, gid: 107 }))).toMatchObject({
          name,
          size,
          mode,
          uid: 107,
          gid: 107,
          type: 'file',
        })
      },
    ),
    { numRuns: 50 },
  )
})

test('plain ustar up to 8 GiB, base-256 from there on', () => {
  const [small, large] = [8 * 1024 ** 3 - 1, 8 * 1024 ** 3]
  expect([needsLargeSize(small), needsLargeSize(large)]).toEqual([false, true])
  expect(Buffer.from(tarHeader({ name: 'a', size: small, mode: 0o644 })).toString('latin1', 124, 136)).toBe('77777777777\0')
  expect(tarHeader({ name: 'a', size: large, mode: 0o644 }).subarray(124, 136)).toEqual(
    new Uint8Array([0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]),
  )
  expect(Buffer.from(tarHeader({ name: 'a', size: 1, mode: 0o644 })).toString('latin1', 257, 265)).toBe('ustar\x0000')
})

test.each(['', 'a b', 'ü', 'x'.repeat(101), 'a\nb'])('refuses the name %j', (name) => {
  expect(() => tarHeader({ name, size: 0, mode: 0o644 })).toThrow(expect.objectContaining({ code: 'bad-input' }))
})

test('padding goes to whole blocks, the trailer to whole records with two empty blocks at least', () => {
  expect([0, 1, 511, 512, 513].map(tarPadding)).toEqual([0, 511, 1, 0, 511])
  expect([0, 512, 9216, 9728, 10240].map(tarTrailer)).toEqual([10240, 9728, 1024, 10752, 10240])
})
