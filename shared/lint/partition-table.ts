import { safeBytes } from '../images/byte-view.js'
import { type ByteSource, viewOf } from './byte-source.js'
import { crc32, withZeros } from './checksums.js'
import type { Findings } from './finding.js'

const HEADER_BYTES = 92
/** Entries of 128 bytes; more than some thousand are nonsense. */
const MAX_TABLE_BYTES = 1024 * 1024

/**
 * The GPT of a disk that can be read as it lies in the file (UEFI Specification, 5.3 "GUID Partition Table Format"): both headers, their
 * checksums, and that the backup stands in the last sector, which growing a disk moves away from it. A disk without a GPT passes by. What is
 * wrong came along with the content: a warning, no fault of the file.
 */
export async function lintPartitionTable(disk: ByteSource, findings: Findings): Promise<void> {
  const sector = await sectorOfGpt(disk)
  if (sector === null) return
  const last = Math.floor(disk.bytes / sector) - 1
  const primary = await readHeader(disk, sector, 1)
  if (
    !findings.expect('gpt.primary', primary !== null, 'The GPT header is sound', 'The checksum of the GPT header is wrong', 'warning') ||
    !primary
  )
    return
  await lintEntries(disk, findings, { header: primary, check: 'gpt.entries', which: 'GPT' })
  const atEnd = primary.alternate === last
  const place = `sector ${primary.alternate}, the last sector is ${last}`
  findings.expect(
    'gpt.backup-place',
    atEnd,
    'The backup GPT is at the end of the disk',
    `The backup GPT is not at the end of the disk: ${place}`,
    'warning',
  )
  const backup = await readHeader(disk, sector, primary.alternate)
  const whole = backup !== null && backup.alternate === 1
  if (
    findings.expect('gpt.backup', whole, 'The backup GPT header is sound', 'The backup GPT header is missing or damaged', 'warning') &&
    backup
  ) {
    await lintEntries(disk, findings, { header: backup, check: 'gpt.backup-entries', which: 'backup GPT' })
  }
}

async function sectorOfGpt(disk: ByteSource): Promise<number | null> {
  for (const sector of [512, 4096]) {
    if ((await viewOf(disk, sector, 8)).startsWith('EFI PART')) return sector
  }
  return null
}

interface GptHeader {
  readonly alternate: number
  readonly entriesAt: number
  readonly entriesBytes: number
  readonly entriesCrc: number
}

async function readHeader(disk: ByteSource, sector: number, at: number): Promise<GptHeader | null> {
  const view = await viewOf(disk, at * sector, sector)
  const length = view.u32le(12)
  if (!view.startsWith('EFI PART') || length < HEADER_BYTES || length > view.length) return null
  if (crc32(withZeros(view.slice(0, length), 16, 4)) !== view.u32le(16) || safeBytes(view.u64le(24)) !== at) return null
  const [alternate, entriesAt] = [safeBytes(view.u64le(32)), safeBytes(view.u64le(72))]
  if (alternate === null || entriesAt === null) return null
  return { alternate, entriesAt: entriesAt * sector, entriesBytes: view.u32le(80) * view.u32le(84), entriesCrc: view.u32le(88) }
}

async function lintEntries(
  disk: ByteSource,
  findings: Findings,
  { header, check, which }: { header: GptHeader; check: string; which: string },
): Promise<void> {
  const readable = header.entriesBytes > 0 && header.entriesBytes <= MAX_TABLE_BYTES
  const view = readable ? await viewOf(disk, header.entriesAt, header.entriesBytes) : null
  const sound = view?.length === header.entriesBytes && crc32(view.slice(0, view.length)) === header.entriesCrc
  findings.expect(check, sound, `The entries of the ${which} are sound`, `The checksum of the ${which} entries is wrong`, 'warning')
}
