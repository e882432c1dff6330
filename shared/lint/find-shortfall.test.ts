import { expect, test } from 'vitest'
import type { ByteSource } from './byte-source.js'
import { findShortfall } from './find-shortfall.js'
import { wholeTables } from './reach.js'

const KIB = 1024
const CLUSTER = 64 * KIB

const go = wholeTables({ throwIfStopped: () => {} })

/** A file of which only the given bytes are not zeros, and how much of it was read. */
function sparse(bytes: number, pieces: readonly (readonly [at: number, content: Uint8Array])[]): ByteSource & { bytesRead: number } {
  const source = {
    bytes,
    bytesRead: 0,
    read: async (offset: number, length: number): Promise<Uint8Array> => {
      const buffer = new Uint8Array(Math.max(0, Math.min(length, bytes - offset)))
      source.bytesRead += buffer.length
      for (const [at, content] of pieces) {
        for (let index = Math.max(0, offset - at); index < content.length && at + index < offset + buffer.length; index += 1) {
          buffer[at + index - offset] = content[index] ?? 0
        }
      }
      return buffer
    },
  }
  return source
}

function words(...values: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8))
  for (const [index, value] of values.entries()) view.setBigUint64(index * 8, value)
  return new Uint8Array(view.buffer)
}

/** A qcow2 whose level 1 table of `entries` stands in the second cluster. */
function qcow2Header(entries: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(104))
  view.setUint32(0, 0x514649fb)
  view.setUint32(4, 3)
  view.setUint32(20, 16)
  view.setBigUint64(24, BigInt(entries) * 512n * 1024n * 1024n)
  view.setUint32(36, entries)
  view.setBigUint64(40, BigInt(CLUSTER))
  view.setUint32(100, 104)
  return new Uint8Array(view.buffer)
}

const L2 = BigInt(2 * CLUSTER)
const USED = 1n << 63n

test('a table that is named a thousand times is read once', async () => {
  const l1 = words(...Array.from({ length: 1000 }, () => USED | L2))
  const file = sparse(4 * CLUSTER, [
    [0, qcow2Header(1000)],
    [CLUSTER, l1],
    [2 * CLUSTER, words(USED | BigInt(3 * CLUSTER), USED | BigInt(4 * CLUSTER))],
  ])
  expect(await findShortfall(file, 'qcow2', go)).toBe('1 clusters of data lie beyond the end of the file')
  expect(file.bytesRead).toBeLessThan(2 * CLUSTER)
})

test('tables are read no further than the limit, those for the end of the disk first', async () => {
  const l1 = words(...Array.from({ length: 4 }, (_none, index) => USED | BigInt((2 + index) * CLUSTER)))
  const lost = words(USED | BigInt(100 * CLUSTER))
  const at = (cluster: number) =>
    sparse(8 * CLUSTER, [
      [0, qcow2Header(4)],
      [CLUSTER, l1],
      [cluster * CLUSTER, lost],
    ])
  const limits = { ...go, tableBytes: 2 * CLUSTER }
  const [first, last] = [at(2), at(5)]
  expect(await findShortfall(last, 'qcow2', limits)).toContain('clusters of data')
  expect(await findShortfall(first, 'qcow2', limits)).toBeNull()
  expect(first.bytesRead).toBeLessThan(4 * CLUSTER)
  expect(await findShortfall(first, 'qcow2', go)).toContain('clusters of data')
})

test('a compressed cluster needs the last of its sectors', async () => {
  // 62 - (16 - 8): the count of further sectors begins at bit 54.
  const compressed = (offset: number, further: number): bigint => (1n << 62n) | (BigInt(further) << 54n) | BigInt(offset)
  const file = (entry: bigint) =>
    sparse(4 * CLUSTER, [
      [0, qcow2Header(1)],
      [CLUSTER, words(USED | L2)],
      [2 * CLUSTER, words(entry)],
    ])
  expect(await findShortfall(file(compressed(4 * CLUSTER - 700, 1)), 'qcow2', go)).toBeNull()
  expect(await findShortfall(file(compressed(4 * CLUSTER - 700, 2)), 'qcow2', go)).toContain('clusters of data')
})

test('a level 1 table that leads out of the file', async () => {
  const file = sparse(2 * CLUSTER, [
    [0, qcow2Header(2)],
    [CLUSTER, words(USED | L2, USED | BigInt(9 * CLUSTER))],
  ])
  expect(await findShortfall(file, 'qcow2', go)).toBe('2 entries of the level 1 table lead out of the file')
})

test('grain tables of a size that no reader takes are not read', async () => {
  const view = new DataView(new ArrayBuffer(512))
  view.setUint32(0, 0x4b444d56)
  view.setUint32(4, 1, true)
  view.setBigUint64(12, 2n ** 40n, true)
  view.setBigUint64(20, 128n, true)
  view.setUint32(44, 0xffff_ffff, true)
  view.setBigUint64(56, 1n, true)
  const file = sparse(512 * 1024 ** 2, [[0, new Uint8Array(view.buffer)]])
  expect(await findShortfall(file, 'vmdk', go)).toBeNull()
  expect(file.bytesRead).toBeLessThan(4096)
})

test('one who gave up is heard', async () => {
  const file = sparse(4 * CLUSTER, [
    [0, qcow2Header(1)],
    [CLUSTER, words(USED | L2)],
  ])
  const stop = (): void => {
    throw new Error('given up')
  }
  await expect(findShortfall(file, 'qcow2', wholeTables({ throwIfStopped: stop }))).rejects.toThrow('given up')
})
