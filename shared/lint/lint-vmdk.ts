import { isVmdkDescriptor, readVmdkDescriptor } from '../images/headers/vmdk-descriptor.js'
import { formatExactBytes } from '../text/bytes.js'
import { viewOf } from './byte-source.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import { countLostGrains } from './grain-tables.js'
import { REACH_WORDS, wholeTables } from './reach.js'
import { lintStream } from './vmdk-stream.js'
import { COMPRESSED, hasKnownGrains, readSparseHeader, SECTOR, type SparseHeader } from './vmdk-header.js'

const HEAD = 64 * 1024
/** `createType` of disks that ESXi takes in an import; the others are of Workstation, or ESXi's own with files of its own file system. */
const STREAMED = 'streamOptimized'
const SINGLE = new Set(['monolithicSparse', STREAMED])

/** VMware, "Virtual Disk Format" 5.0: descriptor file, hosted sparse extents, stream-optimized compressed sparse extents. */
export async function lintVmdk(work: LintWork): Promise<DiskFacts> {
  const { source, findings } = work
  const view = await viewOf(source, 0, HEAD)
  const header = readSparseHeader(view)
  if (header) return lintSparse(work, header)
  const text = view.text(0, view.length)
  const isText = source.bytes <= HEAD && isVmdkDescriptor(text)
  findings.expect('vmdk.header', isText, 'A descriptor that names its extents', 'It is neither a sparse extent nor a descriptor')
  if (!isText) return { format: 'vmdk', subformat: null, virtualBytes: null }
  return lintDescriptorFile(work, text)
}

async function lintSparse(work: LintWork, header: SparseHeader): Promise<DiskFacts> {
  const { findings } = work
  findings.add('vmdk.header', 'pass', 'The header of a sparse extent is there')
  findings.expect(
    'vmdk.newlines',
    header.newlines,
    'No line ends were changed on the way',
    'The bytes that show changed line ends are wrong: it was copied as text',
  )
  const streamed = (header.flags & COMPRESSED) !== 0
  const sizes = header.grainSectors >= 8 && (header.grainSectors & (header.grainSectors - 1)) === 0
  findings.expect(
    'vmdk.grain-size',
    sizes,
    `Grains of ${header.grainSectors} sectors`,
    `Grains of ${header.grainSectors} sectors are not allowed`,
  )
  findings.expect(
    'vmdk.table-size',
    header.entriesPerTable === 512,
    '512 entries in each grain table',
    `${header.entriesPerTable} entries in each grain table instead of 512`,
  )
  const whole = header.capacity !== null && header.capacity > 0 && header.grainSectors > 0 && header.capacity % header.grainSectors === 0
  findings.expect(
    'vmdk.capacity',
    whole,
    'The capacity is a whole number of grains',
    'The capacity is no whole number of grains',
    'warning',
  )
  const createType = await lintEmbedded(work, header)
  const named = streamed ? createType === STREAMED : createType === 'monolithicSparse'
  const does = streamed ? 'Its grains are compressed' : 'Its grains are not compressed'
  findings.expect(
    'vmdk.create-type',
    named,
    `createType ${createType}, as its header says`,
    `${does}, and its descriptor says createType ${createType ?? 'nothing'}`,
  )
  lintForVmware(work, streamed ? STREAMED : (createType ?? 'monolithicSparse'))
  if (hasKnownGrains(header)) await (streamed ? lintStream(work, header) : lintDirectory(work, header))
  const virtualBytes = header.capacity === null ? null : header.capacity * SECTOR
  return { format: 'vmdk', subformat: streamed ? STREAMED : (createType ?? 'monolithicSparse'), virtualBytes }
}

function lintForVmware({ findings, platform }: LintWork, createType: string): void {
  if (platform !== 'vmware') return
  const text = `ESXi and vSphere import stream-optimized disks alone, this one is ${createType}`
  findings.expect('vmdk.esxi', createType === STREAMED, 'Stream-optimized, as ESXi and vSphere import it', text)
}

async function lintEmbedded({ source, findings }: LintWork, header: SparseHeader): Promise<string | null> {
  const at = header.descriptorAt === null ? null : header.descriptorAt * SECTOR
  const bytes = Math.min(header.descriptorSectors * SECTOR, HEAD)
  const view = at === null || at === 0 ? null : await viewOf(source, at, bytes)
  const there = view !== null && view.length === bytes && isVmdkDescriptor(view.text(0, bytes))
  if (
    !findings.expect(
      'vmdk.descriptor',
      there,
      'The descriptor is in the file',
      'The descriptor is missing: it is a part of a split disk, or damaged',
    ) ||
    !view
  )
    return null
  const text = view.text(0, bytes)
  lintDescriptor({ findings }, text)
  const { createType, extents } = readVmdkDescriptor(text)
  const total = extents.reduce((sum, extent) => sum + extent.bytes, 0)
  const fits = extents.length === 1 && total === (header.capacity ?? 0) * SECTOR
  findings.expect(
    'vmdk.extent',
    fits,
    'Its one extent is as large as the disk',
    `Its extents hold ${formatExactBytes(total)}, the header says another size`,
  )
  return createType
}

/** What VMware's readers want of every descriptor. */
function lintDescriptor({ findings }: Pick<LintWork, 'findings'>, text: string): void {
  const value = (name: string): string | undefined => new RegExp(`^${name}\\s*=\\s*"?([^"\\r\\n]*)"?\\s*$`, 'mi').exec(text)?.[1]
  const cid = value('CID') ?? ''
  const usable = /^[0-9a-f]{1,8}$/i.test(cid) && !/^f{8}$/i.test(cid)
  findings.expect('vmdk.cid', usable, `Content id ${cid}`, `The content id "${cid.slice(0, 20)}" is none: eight hex digits, not ffffffff`)
  const alone = /^f{8}$/i.test(value('parentCID') ?? '') && readVmdkDescriptor(text).parent === null
  findings.expect('vmdk.parent', alone, 'No parent disk', 'It names a parent disk, which would have to come along')
  const adapter = value('ddb\\.adapterType') ?? ''
  const known = ['ide', 'buslogic', 'lsilogic', 'legacyESX', 'pvscsi'].includes(adapter)
  findings.expect('vmdk.adapter', known, `Adapter type ${adapter}`, `The adapter type "${adapter.slice(0, 20)}" is not known to VMware`)
}

/** The grain tables of a disk that is not streamed: inside of the file, and each grain inside of it. */
async function lintDirectory({ source, findings, host }: LintWork, header: SparseHeader): Promise<void> {
  findings.expect('vmdk.clean', !header.unclean, 'Closed cleanly', 'It is marked as not closed cleanly')
  const lost = await countLostGrains(source, header, wholeTables(host))
  findings.expect('vmdk.directory', lost !== null, 'The grain directory is inside of the file', REACH_WORDS.directory())
  if (lost !== null) findings.expect('vmdk.tables', lost === 0, 'All grains are inside of the file', REACH_WORDS.grains(lost))
}

async function lintDescriptorFile(work: LintWork, text: string): Promise<DiskFacts> {
  const { findings, host } = work
  const { createType, extents, problems } = readVmdkDescriptor(text)
  lintDescriptor(work, text)
  const readable = extents.length > 0 && problems.length === 0
  findings.expect(
    'vmdk.extents',
    readable,
    `${extents.length} extents are named`,
    'Its extents cannot be read, or have names that lead elsewhere',
  )
  const split = createType !== null && !SINGLE.has(createType)
  findings.expect(
    'vmdk.create-type',
    split,
    `createType ${createType}`,
    `createType ${createType ?? 'is missing'} is none of a descriptor beside its extents`,
  )
  lintForVmware(work, createType ?? 'unknown')
  let [missing, short] = ['', '']
  for (const { file, bytes, type } of extents) {
    if (file === null) continue
    const found = await host.siblingBytes(file)
    if (found === null) missing = file
    else if (type === 'FLAT' && found < bytes) short = REACH_WORDS.extent(file, found, bytes)
  }
  findings.expect('vmdk.extents-there', missing === '', 'All extents are there', `The extent ${missing} is not beside it`)
  findings.expect('vmdk.extents-whole', short === '', 'All flat extents are as long as they should be', short)
  const virtualBytes = extents.reduce((sum, extent) => sum + extent.bytes, 0)
  return { format: 'vmdk', subformat: createType, virtualBytes: Number.isSafeInteger(virtualBytes) ? virtualBytes : null }
}
