import { crc32 } from '#shared/lint/checksums'
import { Refused } from './outcomes.js'

/** Bytes of a disk that are to be written at a place of it. */
export interface Patch {
  readonly offset: number
  readonly bytes: Buffer
}

const SECTOR = 512
/** Cylinder, head and sector of what lies beyond what they can tell: it is the number of the block that counts. */
const BEYOND_CHS = Buffer.from([0xfe, 0xff, 0xff])

/**
 * The first sector of a disk with another size for a partition of its MBR; sizes in sectors of 512 bytes. Linux block/partitions/msdos.h,
 * struct msdos_partition.
 */
export function mbrWithSize(sector: Buffer, partition: number, sectors: number): Patch {
  const at = 446 + 16 * (partition - 1)
  const bytes = Buffer.from(sector.subarray(0, SECTOR))
  if (partition < 1 || partition > 4 || bytes.readUInt16LE(510) !== 0xaa55) throw damaged()
  BEYOND_CHS.copy(bytes, at + 5)
  bytes.writeUInt32LE(sectors, at + 12)
  return { offset: 0, bytes }
}

/**
 * One copy of a GPT with another last block for a partition: its entries and its header. `read` gives bytes of the disk, `headerAt` is the
 * place of the header. UEFI 2.10, 5.3.2 and 5.3.3. Throws `Refused` where the copy is not whole.
 */
export async function gptWithSize(
  read: (offset: number, length: number) => Promise<Buffer>,
  headerAt: number,
  partition: number,
  lastBlock: number,
): Promise<readonly Patch[]> {
  const header = Buffer.from(await read(headerAt, SECTOR))
  const length = header.readUInt32LE(12)
  const [count, entryBytes] = [header.readUInt32LE(80), header.readUInt32LE(84)]
  if (header.toString('latin1', 0, 8) !== 'EFI PART' || length < 92 || length > SECTOR || partition < 1 || partition > count)
    throw damaged()
  if (entryBytes < 128 || count * entryBytes > 1024 ** 2 || headerCrc(header, length) !== header.readUInt32LE(16)) throw damaged()
  const entriesAt = Number(header.readBigUInt64LE(72)) * SECTOR
  const entries = Buffer.from(await read(entriesAt, count * entryBytes))
  if (crc32(entries) !== header.readUInt32LE(88)) throw damaged()
  entries.writeBigUInt64LE(BigInt(lastBlock), (partition - 1) * entryBytes + 40)
  header.writeUInt32LE(crc32(entries), 88)
  header.writeUInt32LE(headerCrc(header, length), 16)
  return [
    { offset: entriesAt, bytes: entries },
    { offset: headerAt, bytes: header },
  ]
}

/** The place of the other copy of the header. */
export function otherHeader(header: Buffer): number {
  return Number(header.readBigUInt64LE(32)) * SECTOR
}

/** The last block that a partition may have. */
export function lastUsable(header: Buffer): bigint {
  return header.readBigUInt64LE(48)
}

function headerCrc(header: Buffer, length: number): number {
  const bytes = Buffer.from(header.subarray(0, length))
  bytes.writeUInt32LE(0, 16)
  return crc32(bytes)
}

function damaged(): Refused {
  return new Refused('failed', { reason: 'the partition table is not whole' })
}
