import type { ByteView } from '../images/byte-view.js'
import { readVhdxDetails } from '../images/headers/vhdx.js'
import {
  BAT_REGION,
  blockTable,
  FILE_PARAMETERS,
  findRegion,
  LOGICAL_SECTOR_SIZE,
  METADATA_REGION,
  readItem,
  readMetadataTable,
  REGION_TABLES,
} from '../images/headers/vhdx-tables.js'
import { formatExactBytes } from '../text/bytes.js'
import { type ByteSource, viewOf } from './byte-source.js'
import { crc32c, withZeros } from './checksums.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import type { Findings } from './finding.js'
import { REACH_WORDS, wholeTables } from './reach.js'
import { countVhdxBlocks } from './vhdx-table.js'

const KIB = 1024
const MIB = 1024 * KIB
const HEADERS = [64 * KIB, 128 * KIB] as const

/** Microsoft, MS-VHDX "Virtual Hard Disk v2 (VHDX) File Format": 2.2 headers, 2.3 log, 2.5 BAT, 2.6 metadata. */
export async function lintVhdx(work: LintWork): Promise<DiskFacts> {
  const { source, findings } = work
  const magic = await viewOf(source, 0, 8)
  const there = magic.startsWith('vhdxfile')
  findings.expect('vhdx.signature', there, 'The VHDX file identifier is there', 'The VHDX file identifier is missing')
  if (!there) return { format: 'vhdx', subformat: null, virtualBytes: null }
  await lintHeaders(source, findings)
  const regions = await lintRegions(source, findings)
  const details = await readVhdxDetails((offset, length) => source.read(offset, length))
  const [problem] = details.problems ?? []
  const wrong = String(problem?.details.reason ?? '')
  findings.expect('vhdx.metadata', problem === undefined, 'The metadata gives size and kind', `The metadata is not right: ${wrong}`)
  findings.expect(
    'vhdx.parent',
    details.variant !== 'differencing',
    'No parent disk',
    'It is a differencing disk, its parent would have to come along',
  )
  const virtualBytes = details.virtualBytes ?? null
  if (regions && virtualBytes !== null && problem === undefined) await lintBlocks(work, regions, virtualBytes)
  return { format: 'vhdx', subformat: details.variant ?? null, virtualBytes }
}

/** The newer of the two headers counts; the older one is what is left when writing the newer broke off. */
async function lintHeaders(source: ByteSource, findings: Findings): Promise<void> {
  const headers = await Promise.all(HEADERS.map((at) => viewOf(source, at, 4 * KIB)))
  const sound = headers.filter(
    (view) => view.startsWith('head') && view.length === 4 * KIB && crc32c(withZeros(view.slice(0, 4 * KIB), 4, 4)) === view.u32le(4),
  )
  findings.expect('vhdx.header', sound.length > 0, 'A header with a right checksum is there', 'Neither header has a right checksum')
  findings.expect('vhdx.both-headers', sound.length === 2, 'Both headers are sound', 'One of the two headers is damaged', 'warning')
  const [one, other] = sound
  const newest = one && other && other.u64le(8) > one.u64le(8) ? other : one
  if (!newest) return
  const distinct = !one || !other || one.u64le(8) !== other.u64le(8)
  findings.expect('vhdx.sequence', distinct, 'The newer header can be told', 'Both headers have the same sequence number')
  findings.expect('vhdx.version', newest.u16le(66) === 1, 'Version 1', `Version ${newest.u16le(66)} instead of 1`)
  findings.expect(
    'vhdx.log',
    newest.isZero(48, 16),
    'The log is empty',
    'The log holds changes that are not in place yet: it was not closed cleanly',
  )
}

interface Regions {
  readonly bat: { readonly at: number; readonly bytes: number }
  readonly metadata: number
}

async function lintRegions(source: ByteSource, findings: Findings): Promise<Regions | null> {
  const tables = await Promise.all(REGION_TABLES.map((at) => viewOf(source, at, 64 * KIB)))
  const sound = tables.filter(isSoundTable)
  findings.expect(
    'vhdx.region-table',
    sound.length > 0,
    'A region table with a right checksum is there',
    'Neither region table has a right checksum',
  )
  findings.expect(
    'vhdx.both-region-tables',
    sound.length === 2,
    'Both region tables are sound',
    'One of the two region tables is damaged',
    'warning',
  )
  const table = sound[0]
  if (!table) return null
  const [bat, metadata] = [findRegion(table, BAT_REGION), findRegion(table, METADATA_REGION)]
  const inside = [bat, metadata].every(
    (region) => region !== null && region.at >= MIB && region.at % MIB === 0 && region.at + region.bytes <= source.bytes,
  )
  findings.expect(
    'vhdx.regions',
    inside,
    'Block table and metadata are inside of the file',
    'Block table or metadata are missing or not inside of the file',
  )
  return inside && bat && metadata ? { bat, metadata: metadata.at } : null
}

function isSoundTable(view: ByteView): boolean {
  return (
    view.startsWith('regi') &&
    view.length === 64 * KIB &&
    view.u32le(8) <= 2047 &&
    crc32c(withZeros(view.slice(0, 64 * KIB), 4, 4)) === view.u32le(4)
  )
}

async function lintBlocks({ source, findings, host }: LintWork, regions: Regions, virtualBytes: number): Promise<void> {
  const blockBytes = await readNumber(source, regions.metadata, FILE_PARAMETERS)
  const sector = await readNumber(source, regions.metadata, LOGICAL_SECTOR_SIZE)
  const fits = blockBytes >= MIB && blockBytes <= 256 * MIB && (blockBytes & (blockBytes - 1)) === 0
  if (
    !findings.expect(
      'vhdx.block-size',
      fits,
      'The block size is a power of two from 1 to 256 MiB',
      `The block size ${formatExactBytes(blockBytes)} is not allowed`,
    )
  )
    return
  const known = sector === 512 || sector === 4096
  if (!findings.expect('vhdx.sector-size', known, `Sectors of ${sector} bytes`, `Sectors of ${sector} bytes are not allowed`)) return
  const { entries, ratio } = blockTable({ virtualBytes, blockBytes, sectorBytes: sector })
  const covers = virtualBytes > 0 && entries * 8 <= regions.bat.bytes
  if (
    !findings.expect('vhdx.covers', covers, 'The block table covers the virtual size', 'The block table is too short for the virtual size')
  )
    return
  const { outside, twice } = await countVhdxBlocks(source, { at: regions.bat.at, entries, ratio, blockBytes }, wholeTables(host))
  findings.expect('vhdx.blocks', outside === 0, 'All blocks are inside of the file', REACH_WORDS.blocks(outside))
  findings.expect(
    'vhdx.blocks-once',
    twice === 0,
    'No block is used twice',
    `${twice} entries of the block table name a block that is used already`,
  )
}

/** The first 32 bits of a metadata item; 0 where it is not there. */
async function readNumber(source: ByteSource, metadataAt: number, item: string): Promise<number> {
  const read = async (offset: number, length: number): Promise<Uint8Array> => (await viewOf(source, offset, length)).slice(0, length)
  const table = await readMetadataTable(read, metadataAt)
  return table === null ? 0 : ((await readItem(read, metadataAt, table, item, 4))?.u32le(0) ?? 0)
}
