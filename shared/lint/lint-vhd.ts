import { type ByteView, safeBytes } from '../images/byte-view.js'
import { formatExactBytes } from '../text/bytes.js'
import { type ByteSource, viewOf, windowOf } from './byte-source.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import type { Findings } from './finding.js'
import { lintPartitionTable } from './partition-table.js'

const FOOTER = 512
const SECTOR = 512
const DYNAMIC_HEADER = 1024
const UNUSED = 0xffffffff
/** Entries of the block table read at once. */
const PER_READ = 64 * 1024
/** Blocks whose places are kept in mind; a Set holds some more, and an honest disk has some million at most. */
const MAX_TRACKED = 8 * 1024 ** 2
const TYPES: Readonly<Record<number, string>> = { 2: 'fixed', 3: 'dynamic', 4: 'differencing' }
/** What Hyper-V and Azure take of the format. */
const MAX_BYTES = 2040 * 1024 ** 3

/** Microsoft, "Virtual Hard Disk Image Format Specification" 1.0: "Hard Disk Footer Format", "Dynamic Disk Header Format", "Block Allocation Table". */
export async function lintVhd({ source, findings }: LintWork): Promise<DiskFacts> {
  const footer = await viewOf(source, source.bytes - FOOTER, FOOTER)
  const there = footer.startsWith('conectix')
  findings.expect('vhd.footer', there, 'The footer is at the end of the file', 'The last 512 bytes are no VHD footer')
  if (!there) return { format: 'vhd', subformat: null, virtualBytes: null }

  const sum = sumExcept(footer, FOOTER, 64)
  findings.expect('vhd.checksum', sum === footer.u32be(64), 'The checksum of the footer is right', 'The checksum of the footer is wrong')
  findings.expect(
    'vhd.version',
    footer.u32be(12) === 0x10000,
    'Format version 1.0',
    `Format version ${hex(footer.u32be(12))} instead of 1.0`,
  )
  const subformat = TYPES[footer.u32be(60)] ?? null
  const known = subformat === 'fixed' || subformat === 'dynamic'
  findings.expect(
    'vhd.type',
    known,
    `Disk type ${subformat}`,
    `Disk type ${subformat ?? footer.u32be(60)}: only fixed and dynamic disks stand alone`,
  )
  findings.expect('vhd.saved-state', footer.u8(84) === 0, 'No saved state', 'It belongs to a machine in saved state')
  const size = safeBytes(footer.u64be(48)) ?? 0
  const fits = size > 0 && size % SECTOR === 0 && size <= MAX_BYTES
  findings.expect(
    'vhd.size',
    fits,
    'The virtual size is one a VHD can have',
    `The virtual size ${formatExactBytes(size)} is none a VHD can have`,
  )

  if (subformat === 'fixed') await lintFixed(source, findings, footer, size)
  if (subformat === 'dynamic') await lintDynamic(source, findings, footer, size)
  return { format: 'vhd', subformat, virtualBytes: size }
}

async function lintFixed(source: ByteSource, findings: Findings, footer: ByteView, size: number): Promise<void> {
  const exact = size === source.bytes - FOOTER
  const difference = `The footer says ${formatExactBytes(size)}, the file holds ${formatExactBytes(source.bytes - FOOTER)} before it`
  findings.expect('vhd.fixed-size', exact, 'The file is the virtual size and the footer', difference)
  const noHeader = footer.u64be(16) === 0xffff_ffff_ffff_ffffn
  findings.expect('vhd.fixed-offset', noHeader, 'No dynamic header, as in a fixed disk', 'A fixed disk names a dynamic header', 'warning')
  await lintPartitionTable(windowOf(source, 0, source.bytes - FOOTER), findings)
}

async function lintDynamic(source: ByteSource, findings: Findings, footer: ByteView, size: number): Promise<void> {
  const copy = await viewOf(source, 0, FOOTER)
  const same = copy.hex(0, FOOTER) === footer.hex(0, FOOTER)
  findings.expect(
    'vhd.footer-copy',
    same,
    'The copy of the footer at the start is the same',
    'The copy of the footer at the start is another',
  )
  const header = await viewOf(source, safeBytes(footer.u64be(16)) ?? -1, DYNAMIC_HEADER)
  const sound = header.startsWith('cxsparse') && sumExcept(header, DYNAMIC_HEADER, 36) === header.u32be(36)
  if (
    !findings.expect(
      'vhd.dynamic-header',
      sound,
      'The dynamic disk header is sound',
      'The dynamic disk header is missing or its checksum is wrong',
    )
  )
    return

  const [entries, blockBytes, tableAt] = [header.u32be(28), header.u32be(32), safeBytes(header.u64be(16)) ?? -1]
  const power = blockBytes >= SECTOR && (blockBytes & (blockBytes - 1)) === 0
  findings.expect('vhd.block-size', power, 'The block size is a power of two', `The block size ${blockBytes} is no power of two`)
  const covers = power && entries * blockBytes >= size
  findings.expect('vhd.covers', covers, 'The block table covers the virtual size', 'The block table is too short for the virtual size')
  const inside = tableAt >= FOOTER && tableAt + entries * 4 <= source.bytes - FOOTER
  const whole = findings.expect('vhd.table', inside, 'The block table is inside of the file', 'The block table reaches beyond the file')
  if (whole && power) await lintBlocks(source, findings, { entries, blockBytes, tableAt })
}

interface BlockTable {
  readonly entries: number
  readonly blockBytes: number
  readonly tableAt: number
}

/** Each block is a bitmap of its sectors, padded to whole sectors, and its data. */
async function lintBlocks(source: ByteSource, findings: Findings, { entries, blockBytes, tableAt }: BlockTable): Promise<void> {
  const bitmap = Math.ceil(blockBytes / SECTOR / 8 / SECTOR) * SECTOR
  const last = (source.bytes - FOOTER - bitmap - blockBytes) / SECTOR
  const used = new Set<number>()
  let [outside, twice] = [0, 0]
  for (let at = 0; at < entries; at += PER_READ) {
    const count = Math.min(PER_READ, entries - at)
    const view = await viewOf(source, tableAt + at * 4, count * 4)
    for (let index = 0; index < count; index += 1) {
      const sector = view.u32be(index * 4)
      if (sector === UNUSED) continue
      if (sector > last) outside += 1
      else if (used.has(sector)) twice += 1
      else if (used.size < MAX_TRACKED) used.add(sector)
    }
  }
  findings.expect('vhd.blocks', outside === 0, 'All blocks are inside of the file', `${outside} blocks lie beyond the end of the file`)
  findings.expect(
    'vhd.blocks-once',
    twice === 0,
    'No block is used twice',
    `${twice} entries of the block table name a block that is used already`,
  )
}

/** One's complement of the sum of all bytes but the four of the checksum. */
function sumExcept(view: ByteView, length: number, checksumAt: number): number {
  const sum = view.slice(0, length).reduce((total, byte, at) => (at >= checksumAt && at < checksumAt + 4 ? total : total + byte), 0)
  return ~sum >>> 0
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}
