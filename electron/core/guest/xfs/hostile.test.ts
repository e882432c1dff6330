import { expect, test } from 'vitest'
import { ByteView } from '#shared/images/byte-view'
import { xfsVolume } from '../volumes/xfs-volume.js'
import { readFolderBlocks, type XfsName } from './directory.js'
import { readExtents } from './extents.js'
import type { XfsGeometry } from './geometry.js'
import type { XfsInode } from './inode.js'
import type { XfsFiles } from './xfs-files.js'

const GEOMETRY: XfsGeometry = {
  blockBytes: 4096,
  inodeBytes: 512,
  folderBlockBytes: 4096,
  groupBlocks: 2 ** 20,
  groups: 2 ** 10,
  groupBits: 20,
  inodeBits: 3,
  rootInode: 64n,
  hasChecksums: true,
  hasKinds: true,
}

test('a folder of hundreds of thousands of extents, all of them the same empty block, comes to an end', async () => {
  const block = Buffer.alloc(4096)
  block.write('XDD3')
  block.writeUInt16BE(0xffff, 64)
  block.writeUInt16BE(4032, 66)
  let reads = 0
  const read = async () => {
    reads += 1
    return new ByteView(block)
  }
  const extents = Array.from({ length: 300_000 }, (_, fileBlock) => ({ fileBlock, offset: 0, blocks: 1, unwritten: false }))
  expect(await readFolderBlocks(GEOMETRY, read, extents)).toEqual([])
  expect(reads).toBeLessThanOrEqual(100_000)
})

test('a tree of extents that names more blocks than any file has comes to an end', async () => {
  let reads = 0
  const read = async (offset: number) => {
    reads += 1
    const node = Buffer.alloc(4096)
    node.write('BMA3')
    node.writeUInt16BE(offset === 0 ? 2 : 1, 4)
    node.writeUInt16BE(251, 6)
    const pointers = 72 + 251 * 8
    for (let at = 0; at < 251; at += 1) node.writeBigUInt64BE(BigInt((offset / 4096) * 251 + at + 1), pointers + at * 8)
    return new ByteView(node)
  }
  const root = Buffer.alloc(336)
  root.writeUInt16BE(3, 0)
  root.writeUInt16BE(1, 2)
  expect(await readExtents(GEOMETRY, read, { format: 'btree', bytes: root, extents: 0 })).toEqual([])
  expect(reads).toBeLessThanOrEqual(20_001)
})

test('inodes of a large folder are read some at a time', async () => {
  const names = Array.from({ length: 3000 }, (_, at): XfsName => ({ name: `f${at}`, inode: BigInt(at + 100), kind: 'file' }))
  const nothing = { format: 'local' as const, bytes: new Uint8Array(), extents: 0 }
  const inode = (mode: number): XfsInode => ({
    mode,
    uid: 0,
    gid: 0,
    sizeBytes: 7,
    mtime: 0,
    data: nothing,
    attributes: null,
    realtime: false,
  })
  let [open, most] = [0, 0]
  const xfs: XfsFiles = {
    root: 64n,
    inode: async (number) => {
      open += 1
      most = Math.max(most, open)
      await new Promise((resolve) => setImmediate(resolve))
      open -= 1
      return inode(number === 64n ? 0o040755 : 0o100644)
    },
    names: async () => names,
    linkTarget: async () => undefined,
    securityAttribute: async () => null,
    async *content() {},
  }
  const listed = await xfsVolume(xfs).list('/')
  expect(listed).toHaveLength(3000)
  expect(listed[2999]).toEqual({ name: 'f2999', kind: 'file', sizeBytes: 7 })
  expect(most).toBeLessThanOrEqual(256)
})
