import { type Compression, compressionOf } from '#shared/archives/compression'
import { type FoundDisk, foundDisk } from '#shared/containers/candidates'
import { isWithin } from '#shared/containers/entry-name'
import { mayBeFirstPart } from '#shared/containers/split-names'
import type { ReadBytes } from '#shared/images/byte-view'
import { AppError } from '#shared/errors/app-error'
import { HEAD_BYTES, sniffFile } from '#shared/images/sniff'
import type { SniffResult } from '#shared/images/sniff-result'
import type { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { Host } from '../../process/host.js'
import { decompressStream } from '../unpack/decompress.js'
import { memberHead } from '../unpack/member-head.js'
import { labelOf } from '../unpack/packed-disk.js'
import type { TarMember } from '../unpack/tar-reader.js'

const MIB = 1024 ** 2
/** Also holds the signature of btrfs, which lies behind the first 64 KiB. */
const PEEK_BYTES = HEAD_BYTES + 512
/** The tables of a VHDX that tell its size. */
const VHDX_PEEK_BYTES = 4 * MIB
/** bzip2 gives nothing before its first block is whole, at most 900 kB. */
const PACKED_PEEK_BYTES: Readonly<Record<Compression, number>> = { gzip: 256 * 1024, xz: MIB, zstd: MIB, bzip2: MIB }
/** Systems have many compressed files; only what is large or called a disk is unpacked to see. */
const MIN_PACKED_BYTES = 4 * MIB
const DISK_NAME =
  /\.(?:qcow2?|img|raw|vmdk|vhdx?|vdi|iso|dd|disk|qed)(?:\.part[-_.]?\d+|\.\d{1,4}|\.[a-z]{2})?\.(?:gz|xz|zst|zstd|bz2)(?:\.part[-_.]?\d+|\.\d{1,4}|\.[a-z]{2})?$/i
/** Stands in for the length of what only reading all of it would tell. */
const UNKNOWN_LENGTH = 2 ** 52

/** How many files of an image may still be unpacked to look into; each but gzip starts a program. */
export interface ProbeBudget {
  programs: number
  gzips: number
}

/** Enough for any image that was made to hold disks, and a bound for one that was made to keep us busy. */
export function probeBudget(): ProbeBudget {
  return { programs: 16, gzips: 256 }
}

export interface ProbedFile {
  readonly path: string
  readonly layer: string
  readonly isBlob: boolean
}

/** Whether the last bytes of a file may change what it is: a fixed VHD and a dmg end with what tells. */
export function wantsTail(found: FoundDisk | null, path: string): boolean {
  return found === null ? /\.(?:vhd|vpc|dmg)$/i.test(path) : found.format === 'raw' && found.compression === null
}

/**
 * Whether the file whose data comes next in `input` is a disk, by its first bytes, which stay there. `tail`: its last bytes, where these are
 * known. Throws `cancelled`.
 */
export async function probeMember(
  host: Host,
  input: Pick<ByteSource, 'peek'>,
  member: TarMember,
  file: ProbedFile,
  budget: ProbeBudget,
): Promise<FoundDisk | null> {
  const head = await memberHead(input, member, PEEK_BYTES)
  const compression = compressionOf(head.subarray(0, 16))
  if (compression !== null) return probeCompressed(host, input, member, file, compression, budget)
  const isVhdx = head.subarray(0, 8).toString('latin1') === 'vhdxfile'
  const known = isVhdx ? await memberHead(input, member, VHDX_PEEK_BYTES) : head
  return probeHead(file, known, member.sizeBytes)
}

/** As `probeMember`, of what was read already. */
export async function probeHead(
  file: ProbedFile,
  head: Buffer,
  fileBytes: number,
  tail: Buffer = Buffer.alloc(0),
): Promise<FoundDisk | null> {
  const length = mayBeFirstPart(file.path) ? UNKNOWN_LENGTH : fileBytes
  const sniff = await sniffFile(readerOfParts(head, tail, length), length)
  return toFound(file, sniff, fileBytes, null, head)
}

async function probeCompressed(
  host: Host,
  input: Pick<ByteSource, 'peek'>,
  member: TarMember,
  file: ProbedFile,
  compression: Compression,
  budget: ProbeBudget,
): Promise<FoundDisk | null> {
  const isLikely = file.isBlob || isWithin(file.path, '/disk') || DISK_NAME.test(file.path) || member.sizeBytes >= MIN_PACKED_BYTES
  const left = compression === 'gzip' ? budget.gzips : budget.programs
  if (!isLikely || left === 0) return null
  if (compression === 'gzip') budget.gzips -= 1
  else budget.programs -= 1
  const packed = Buffer.from(await memberHead(input, member, PACKED_PEEK_BYTES[compression]))
  const { head, isWhole } = await unpackedHead(host, packed, compression)
  const length = isWhole && packed.length === member.sizeBytes ? head.length : UNKNOWN_LENGTH
  const sniff = await sniffFile(readerOfParts(head, Buffer.alloc(0), length), length)
  return toFound(file, sniff, member.sizeBytes, compression, head)
}

/** What the beginning of a compressed file holds; that it is cut there is no damage. */
async function unpackedHead(host: Host, packed: Buffer, compression: Compression): Promise<{ head: Buffer; isWhole: boolean }> {
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    for await (const bytes of decompressStream(host, 'the file', compression, onePiece(packed))) {
      pieces.push(bytes)
      length += bytes.length
      if (length > PEEK_BYTES) return { head: Buffer.concat(pieces), isWhole: false }
    }
    return { head: Buffer.concat(pieces), isWhole: true }
  } catch {
    if (host.signal?.aborted) throw new AppError('cancelled')
    return { head: Buffer.concat(pieces), isWhole: false }
  }
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Bytes in between are not known; what asks for them gets none. */
function readerOfParts(head: Buffer, tail: Buffer, length: number): ReadBytes {
  const tailAt = length - tail.length
  return async (offset, count) => {
    if (offset < head.length) return head.subarray(offset, offset + count)
    return tail.length > 0 && offset >= tailAt ? tail.subarray(offset - tailAt, offset - tailAt + count) : Buffer.alloc(0)
  }
}

function toFound(file: ProbedFile, sniff: SniffResult, bytes: number, compression: Compression | null, head: Buffer): FoundDisk | null {
  const label = compression === null ? labelOf(sniff) : `${labelOf(sniff)}, compressed with ${compression}`
  return foundDisk({ ...file, bytes, compression }, sniff, label, isBootableIso(head))
}

/** The boot record of El Torito 1.0, in the second volume descriptor. */
function isBootableIso(head: Buffer): boolean {
  return (
    head.subarray(0x8801, 0x8806).toString('latin1') === 'CD001' &&
    head.subarray(0x8807, 0x8807 + 23).toString('latin1') === 'EL TORITO SPECIFICATION'
  )
}
