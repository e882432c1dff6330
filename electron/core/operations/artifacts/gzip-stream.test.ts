import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { gzipParts } from './gzip-stream.js'

// Every run starts threads of its own, and other tests want the cores too.
vi.setConfig({ testTimeout: 120_000 })

async function packed(parts: readonly Uint8Array[]): Promise<{ file: Buffer; done: number[] }> {
  const chunks: Uint8Array[] = []
  const done: number[] = []
  await gzipParts(
    parts,
    async (part) => Uint8Array.from(part),
    { onBytes: (bytes) => void done.push(bytes) },
    async (chunk) => void chunks.push(chunk),
  )
  return { file: Buffer.concat(chunks), done }
}

test('any parts are one gzip member whose checksum and length are those of all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 12 }), async (parts) => {
      const { file, done } = await packed(parts)
      expect(gunzipSync(file).equals(Buffer.concat(parts))).toBe(true)
      expect(done.at(-1) ?? 0).toBe(Buffer.concat(parts).length)
      // RFC 1952: magic, and no second member's anywhere gunzip would have to go on.
      expect([...file.subarray(0, 4)]).toEqual([0x1f, 0x8b, 8, 0])
    }),
    { numRuns: 15 },
  )
})

test('parts that are read out of order are counted in order', async () => {
  const chunks: Uint8Array[] = []
  const waiting: (() => void)[] = []
  const slow = (part: number) =>
    new Promise<Uint8Array<ArrayBuffer>>((resolve) => {
      waiting.push(() => resolve(new Uint8Array(1000).fill(part)))
      if (waiting.length === 3) for (const release of waiting.toReversed()) release()
    })
  await gzipParts([1, 2, 3], slow, {}, async (chunk) => void chunks.push(chunk))
  expect(gunzipSync(Buffer.concat(chunks)).equals(Buffer.concat([1, 2, 3].map((part) => Buffer.alloc(1000, part))))).toBe(true)
})

test('a part that cannot be read ends it', async () => {
  const work = gzipParts(
    [1, 2, 3],
    (part) => (part === 2 ? Promise.reject(new Error('gone')) : Promise.resolve(new Uint8Array(9))),
    {},
    async () => {},
  )
  await expect(work).rejects.toThrow('gone')
})
