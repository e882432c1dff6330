import fs from 'node:fs'
import { deflateSync } from 'node:zlib'

const SECTOR = 512
const BLOCK = 64 * 1024

/** A compressed loop device of version 2, as create_compressed_fs(1) lays it out. `raw` is a whole number of 64 KiB. */
export function buildCloop(raw: string, output: string): void {
  const data = fs.readFileSync(raw)
  const blocks = blocksOf(data).map((block) => deflateSync(block))
  const header = Buffer.alloc(136)
  header.write('#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n')
  header.writeUInt32BE(BLOCK, 128)
  header.writeUInt32BE(blocks.length, 132)
  const offsets = Buffer.alloc((blocks.length + 1) * 8)
  let at = header.length + offsets.length
  for (const [index, block] of blocks.entries()) {
    offsets.writeBigUInt64BE(BigInt(at), index * 8)
    at += block.length
  }
  offsets.writeBigUInt64BE(BigInt(at), blocks.length * 8)
  fs.writeFileSync(output, Buffer.concat([header, offsets, ...blocks]))
}

/** A growing Bochs redolog of version 2: a catalog, then a bitmap and data for each extent that holds anything. */
export function buildBochs(raw: string, output: string): void {
  const data = fs.readFileSync(raw)
  const extents = blocksOf(data)
  const header = Buffer.alloc(SECTOR)
  header.write('Bochs Virtual HD Image', 0)
  header.write('Redolog', 32)
  header.write('Growing', 48)
  const fields = [0x20000, SECTOR, extents.length, SECTOR, BLOCK]
  for (const [index, value] of fields.entries()) header.writeUInt32LE(value, 64 + index * 4)
  header.writeBigUInt64LE(BigInt(data.length), 88)
  const catalog = Buffer.alloc(extents.length * 4, 0xff)
  const parts: Buffer[] = []
  for (const [index, extent] of extents.entries()) {
    if (extent.every((byte) => byte === 0)) continue
    catalog.writeUInt32LE(parts.length / 2, index * 4)
    parts.push(Buffer.alloc(SECTOR, 0xff), extent)
  }
  fs.writeFileSync(output, Buffer.concat([header, catalog, ...parts]))
}

const ZERO_CHUNK = 2
const ZLIB_CHUNK = 0x80000005
const LAST_CHUNK = 0xffffffff

/** An Apple disk image (UDIF) with zlib chunks, its block list in a property list, and the `koly` trailer. */
export function buildDmg(raw: string, output: string): void {
  const data = fs.readFileSync(raw)
  const packed: Buffer[] = []
  const chunks: Buffer[] = []
  let at = 0
  for (const [index, block] of blocksOf(data).entries()) {
    const empty = block.every((byte) => byte === 0)
    const stored = empty ? Buffer.alloc(0) : deflateSync(block)
    chunks.push(dmgChunk(empty ? ZERO_CHUNK : ZLIB_CHUNK, (index * BLOCK) / SECTOR, block.length / SECTOR, at, stored.length))
    packed.push(stored)
    at += stored.length
  }
  chunks.push(dmgChunk(LAST_CHUNK, data.length / SECTOR, 0, at, 0))
  const list = Buffer.alloc(204)
  list.write('mish')
  list.writeUInt32BE(1, 4)
  list.writeBigUInt64BE(BigInt(data.length / SECTOR), 16)
  list.writeUInt32BE(chunks.length, 200)
  const text = Buffer.concat([list, ...chunks]).toString('base64')
  const plist = Buffer.from(
    `<?xml version="1.0"?>\n<plist version="1.0"><dict><key>resource-fork</key><dict><key>blkx</key><array><dict><key>Data</key><data>\n${text}\n</data></dict></array></dict></dict></plist>\n`,
  )
  const trailer = Buffer.alloc(SECTOR)
  trailer.write('koly')
  trailer.writeUInt32BE(4, 4)
  trailer.writeUInt32BE(SECTOR, 8)
  trailer.writeBigUInt64BE(BigInt(at), 0x20)
  trailer.writeBigUInt64BE(BigInt(at), 0xd8)
  trailer.writeBigUInt64BE(BigInt(plist.length), 0xe0)
  trailer.writeBigUInt64BE(BigInt(data.length / SECTOR), 0x1ec)
  fs.writeFileSync(output, Buffer.concat([...packed, plist, trailer]))
}

function dmgChunk(type: number, sector: number, sectors: number, offset: number, length: number): Buffer {
  const chunk = Buffer.alloc(40)
  chunk.writeUInt32BE(type, 0)
  for (const [index, value] of [sector, sectors, offset, length].entries()) chunk.writeBigUInt64BE(BigInt(value), 8 + index * 8)
  return chunk
}

function blocksOf(data: Buffer): Buffer[] {
  return Array.from({ length: data.length / BLOCK }, (_, index) => data.subarray(index * BLOCK, (index + 1) * BLOCK))
}
