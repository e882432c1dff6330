import { crc32c, withZeros } from '#shared/lint/checksums'

/** A VHDX that was not closed in good order: the disk's first 4 KiB stand in the log and not yet in their place. MS-VHDX 2.2.2 (header) and 2.3 (log). */
export function withLog(image: Buffer, pattern: number): Buffer {
  const header = image.readBigUInt64LE(0x10008) > image.readBigUInt64LE(0x20008) ? 0x10000 : 0x20000
  const table = [0x30010, 0x30030].find((entry) => image.toString('hex', entry, entry + 4) === '6677c22d') ?? 0
  const blockTable = Number(image.readBigUInt64LE(table + 16))
  const place = image.readBigUInt64LE(blockTable) & ~0xfffffn
  const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
  const content = Buffer.alloc(4096, pattern)
  const entry = Buffer.alloc(8192)
  entry.write('loge', 0, 'latin1')
  entry.writeUInt32LE(entry.length, 8)
  entry.writeBigUInt64LE(1n, 16)
  entry.writeUInt32LE(1, 24)
  guid.copy(entry, 32)
  for (const offset of [48, 56]) entry.writeBigUInt64LE(BigInt(image.length), offset)
  entry.write('desc', 64, 'latin1')
  content.copy(entry, 68, 4092)
  content.copy(entry, 72, 0, 8)
  entry.writeBigUInt64LE(place, 80)
  entry.writeBigUInt64LE(1n, 88)
  entry.write('data', 4096, 'latin1')
  content.copy(entry, 4104, 8, 4092)
  entry.writeUInt32LE(1, 8188)
  entry.writeUInt32LE(crc32c(entry), 4)
  entry.copy(image, Number(image.readBigUInt64LE(header + 72)))
  guid.copy(image, header + 48)
  image.writeUInt32LE(crc32c(withZeros(image.subarray(header, header + 4096), 4, 4)), header + 4)
  return image
}
