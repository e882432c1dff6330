import { ByteView, type ReadBytes, safeBytes } from '../byte-view.js'
import { damaged, type HeaderFacts, type SniffProblem, unsupported } from '../sniff-result.js'
import {
  FILE_PARAMETERS,
  findRegion,
  LOGICAL_SECTOR_SIZE,
  METADATA_REGION,
  readItem,
  readMetadataTable,
  REGION_TABLE_BYTES,
  REGION_TABLES,
  VIRTUAL_DISK_SIZE,
} from './vhdx-tables.js'

const KIB = 1024
const HEADERS = [64 * KIB, 128 * KIB]
const LEAVE_BLOCKS_ALLOCATED = 1
const HAS_PARENT = 2

/** A VHDX by its first bytes; size and kind lie far behind them, see `readVhdxDetails`. Null when it is none. */
export function readVhdx(head: ByteView, fileBytes: number): HeaderFacts | null {
  if (!head.startsWith('vhdxfile')) return null
  const problems = fileBytes < REGION_TABLES[0] + REGION_TABLE_BYTES ? [damaged('The file ends inside of its VHDX header')] : []
  return { format: 'vhdx', label: 'VHDX', problems }
}

/**
 * Size and kind of a VHDX (Microsoft MS-VHDX 2.2 "Header section", 2.6 "Metadata region"). `read` may give fewer bytes
 * than asked for, never more.
 */
export async function readVhdxDetails(read: ReadBytes): Promise<HeaderFacts> {
  const base = { format: 'vhdx', label: 'VHDX' } as const
  const unclean = await hasLog(read)
  const regions = new ByteView(await read(REGION_TABLES[0], REGION_TABLE_BYTES))
  const metadataAt = regions.startsWith('regi') ? (findRegion(regions, METADATA_REGION)?.at ?? null) : null
  if (metadataAt === null) return { ...base, unclean, problems: [damaged('Its VHDX region table names no metadata')] }
  const table = await readMetadataTable(read, metadataAt)
  if (table === null) return { ...base, unclean, problems: [damaged('Its VHDX metadata is not where it should be')] }
  const size = await readItem(read, metadataAt, table, VIRTUAL_DISK_SIZE, 8)
  const parameters = await readItem(read, metadataAt, table, FILE_PARAMETERS, 8)
  const sector = await readItem(read, metadataAt, table, LOGICAL_SECTOR_SIZE, 4)
  if (size === null || parameters === null) return { ...base, unclean, problems: [damaged('Its VHDX metadata gives no disk size')] }

  const flags = parameters.u32le(4)
  const virtualBytes = safeBytes(size.u64le(0))
  const problems: SniffProblem[] = []
  if (virtualBytes === null || virtualBytes > 64 * 1024 ** 4) problems.push(damaged('It claims a virtual size above 64 TiB'))
  if ((flags & HAS_PARENT) !== 0)
    problems.push(
      unsupported('A differencing VHDX', 'It holds only the differences to a parent disk', 'Merge it with its parent in Hyper-V first.'),
    )
  if (sector?.u32le(0) === 4096)
    problems.push(
      unsupported('A VHDX with sectors of 4096 bytes', 'qemu reads those of 512 only', 'Copy the disk to one of those in Windows first.'),
    )
  const variant = (flags & HAS_PARENT) !== 0 ? 'differencing' : (flags & LEAVE_BLOCKS_ALLOCATED) !== 0 ? 'fixed' : 'dynamic'
  return { ...base, variant, virtualBytes, unclean, problems }
}

/** The header with the higher sequence number counts; a log GUID in it means changes that are not in place yet. */
async function hasLog(read: ReadBytes): Promise<boolean> {
  const headers: ByteView[] = []
  for (const offset of HEADERS) {
    const header = new ByteView(await read(offset, 4 * KIB))
    if (header.startsWith('head')) headers.push(header)
  }
  const newest = headers.sort((left, right) => (right.u64le(8) > left.u64le(8) ? 1 : -1))[0]
  return newest !== undefined && !newest.isZero(48, 16)
}
