import { type ByteView, safeBytes } from '../images/byte-view.js'
import { viewOf } from './byte-source.js'
import type { LintWork } from './disk-facts.js'
import { AT_END, COMPRESSED, MARKERS, readSparseHeader, SECTOR, type SparseHeader } from './vmdk-header.js'
import { GrainList } from './grain-list.js'
import { REACH_WORDS } from './reach.js'

const NEWLINES = 1
const DEFLATE = 1
const END_OF_STREAM = 0
const GRAIN_TABLE = 1
const GRAIN_DIRECTORY = 2
const FOOTER = 3
/** Grains that are unpacked as a sample; comparing the content is another proof's work. */
const SAMPLES = 16
const MAX_TABLES = 1024 ** 2

/** What stands in a stream, found by going from marker to marker. */
interface Stream {
  readonly grains: GrainList
  /** Sector of the footer's content; null when there is none. */
  readonly footer: number | null
  /** Sector after the end-of-stream marker; null when the stream does not end. */
  readonly end: number | null
  /** What is wrong with a marker, in words; null where the walk came to its end. */
  readonly broken: string | null
  readonly unpackable: boolean
}

/**
 * A stream-optimized extent as a reader meets it that cannot seek (Virtual Disk Format 5.0, "Stream-Optimized Compressed Sparse
 * Extents"): grains in order up to a footer and the end-of-stream marker. What qemu-img writes has neither, and VMware's importers want them.
 */
export async function lintStream(work: LintWork, header: SparseHeader): Promise<void> {
  const { findings, source, platform } = work
  const severity = header.version === 1 || header.version === 2 ? 'warning' : 'error'
  findings.expect('vmdk.version', header.version === 3, 'Header version 3', `Header version ${header.version} instead of 3`, severity)
  const wanted = NEWLINES | COMPRESSED | MARKERS
  const flags = (header.flags & wanted) === wanted && header.compression === DEFLATE
  findings.expect(
    'vmdk.flags',
    flags,
    'Its flags say compressed grains and markers',
    `Its flags 0x${header.flags.toString(16)} or compression ${header.compression} are wrong`,
  )

  const stream = await walk(work, header)
  findings.expect(
    'vmdk.markers',
    stream.broken === null,
    `${stream.grains.count} grains follow one another as they should`,
    stream.broken ?? '',
  )
  findings.expect(
    'vmdk.grain-data',
    stream.unpackable,
    'The grains that were tried unpack to their size',
    'A grain does not unpack to its size',
  )
  // What reads it elsewhere does not mind.
  const gravity = platform?.startsWith('vmware') ? 'error' : 'warning'
  const open = 'It has no end-of-stream marker, as qemu-img writes it: ESXi and vSphere refuse it or wait for more'
  const after = source.bytes - (stream.end ?? 0) * SECTOR
  // A sector of zeros is the marker; those that qemu-img fills its file up with are not.
  const present = stream.end !== null && (stream.footer !== null || after === 0)
  const ended = findings.expect('vmdk.end-of-stream', present, 'The end-of-stream marker is there', open, gravity)
  if (ended)
    findings.expect('vmdk.after-end', after === 0, 'The file ends with its stream', `${after} bytes follow the end-of-stream marker`)
  const footer = stream.footer === null ? null : readSparseHeader(await viewOf(source, stream.footer * SECTOR, SECTOR))
  const place = stream.footer !== null && stream.end !== null && stream.footer + 2 === stream.end
  findings.expect('vmdk.footer', footer !== null && place, 'The footer stands before the end', 'It has no footer before its end', gravity)
  if (footer) {
    findings.expect(
      'vmdk.footer-same',
      footer.common === header.common,
      'The footer is the header again',
      'The footer differs from the header in more than gdOffset',
    )
    findings.expect(
      'vmdk.gd-at-end',
      header.gdOffset === AT_END,
      'The header leaves the grain directory to the footer',
      'The header and the footer both name a grain directory',
      'warning',
    )
  }
  await lintTables(work, header, { at: footer?.gdOffset ?? header.gdOffset, stream })
}

/** Goes from marker to marker. A marker is `val` (8 bytes), `size` (4) and, where size is 0, `type` (4). */
async function walk(work: LintWork, header: SparseHeader): Promise<Stream> {
  const { source, host } = work
  const grains = new GrainList()
  const sectors = Math.floor(source.bytes / SECTOR)
  let footer: number | null = null
  let unpackable = true
  const stop = (broken: string | null, end: number | null = null): Stream => ({ grains, footer, end, broken, unpackable })
  let at = header.overhead ?? sectors
  let marker = await viewOf(source, at * SECTOR, SECTOR)
  while (at < sectors) {
    if (grains.count % 4096 === 0) host.throwIfStopped()
    const [value, size, type] = [safeBytes(marker.u64le(0)), marker.u32le(8), marker.u32le(12)]
    if (value === null) return stop(`The marker in sector ${at} names a sector beyond every disk`)
    if (size > 0) {
      const wrong = grainProblem(header, grains, value, size)
      if (wrong !== null) return stop(`${wrong} (marker in sector ${at})`)
      grains.add(value / header.grainSectors, at)
      if (grains.count <= SAMPLES) unpackable &&= await unpacks(work, header, at, size)
      at += Math.ceil((12 + size) / SECTOR)
      if (at > sectors) return stop(`The grain of sector ${value} reaches beyond the end of the file`)
    } else if (type === END_OF_STREAM) {
      const last = value === 0
      return last ? stop(null, at + 1) : stop(`The end-of-stream marker in sector ${at} is none`)
    } else if (type === GRAIN_TABLE || type === GRAIN_DIRECTORY || type === FOOTER) {
      if (type === FOOTER) footer = at + 1
      if (at + 1 + value > sectors) return stop(`What the marker in sector ${at} announces reaches beyond the end of the file`)
      at += 1 + value
    } else return stop(`The marker in sector ${at} is of the unknown type ${type}`)
    marker = await viewOf(source, at * SECTOR, SECTOR)
  }
  return stop(null)
}

function grainProblem(header: SparseHeader, grains: GrainList, sector: number, size: number): string | null {
  if (sector % header.grainSectors !== 0 || sector >= (header.capacity ?? 0)) return `There is no grain for sector ${sector} of the disk`
  if (grains.count > 0 && sector / header.grainSectors <= grains.lastGrain) return `The grain of sector ${sector} is not in order`
  // deflate makes what it cannot shorten a little longer.
  if (size > header.grainSectors * SECTOR * 2 + SECTOR) return `The grain of sector ${sector} claims ${size} bytes`
  return null
}

async function unpacks({ source, host }: LintWork, header: SparseHeader, at: number, size: number): Promise<boolean> {
  const limit = header.grainSectors * SECTOR
  const packed: ByteView = await viewOf(source, at * SECTOR + 12, size)
  return host.inflate(packed.slice(0, size), limit)?.length === limit
}

/** Directory and tables say of each grain where its marker stands, and of nothing else. */
async function lintTables(work: LintWork, header: SparseHeader, { at, stream }: { at: bigint; stream: Stream }): Promise<void> {
  const { source, findings, host } = work
  const span = header.grainSectors * header.entriesPerTable
  const tables = span > 0 ? Math.ceil((header.capacity ?? 0) / span) : MAX_TABLES
  const start = safeBytes(at * BigInt(SECTOR))
  const inside = at !== AT_END && start !== null && start > 0 && tables < MAX_TABLES && start + tables * 4 <= source.bytes
  if (!findings.expect('vmdk.directory', inside, 'The grain directory is inside of the file', REACH_WORDS.directory())) return
  const directory = await viewOf(source, start ?? 0, tables * 4)
  let [found, wrong] = [0, 0]
  for (let table = 0; table < tables; table += 1) {
    host.throwIfStopped()
    const tableAt = directory.u32le(table * 4)
    if (tableAt === 0) continue
    const entries = await viewOf(source, tableAt * SECTOR, header.entriesPerTable * 4)
    if (entries.length < header.entriesPerTable * 4) wrong += 1
    for (let index = 0; index * 4 < entries.length; index += 1) {
      const sector = entries.u32le(index * 4)
      if (sector <= 1) continue
      found += 1
      if (stream.grains.sectorOf(table * header.entriesPerTable + index) !== sector) wrong += 1
    }
  }
  const missing = stream.grains.count - found
  const problem = wrong > 0 ? REACH_WORDS.stream(wrong) : `${missing} grains of the stream are in no grain table`
  findings.expect('vmdk.tables', wrong === 0 && missing === 0, 'The grain tables lead to each grain of the stream', problem)
}
