import { SaxesParser, type SaxesTagNS } from 'saxes'
import { AppError } from '../errors/app-error.js'
import { checkReference } from '../images/reference.js'
import { capacityBytes } from './ovf-units.js'

/** Real descriptors are some tens of KiB. */
export const MAX_OVF_BYTES = 4 * 1024 * 1024
const MAX_DEPTH = 64
const MAX_TAGS = 100_000
const ENVELOPE = /^http:\/\/(?:schemas\.dmtf\.org\/ovf\/envelope\/[12]|www\.vmware\.com\/schema\/ovf\/1\/envelope)$/

/** A file of the package, as `References` lists it. */
export interface OvfFile {
  readonly id: string
  /** A plain name: no folder, no link, no address. */
  readonly href: string
  readonly sizeBytes: number | null
  readonly isGzip: boolean
  /** The file is cut into `href.000000000`, `href.000000001` … of this length; null for a whole one. */
  readonly chunkBytes: number | null
}

export interface OvfDisk {
  readonly id: string
  /** Null for a disk that is made empty on deployment. */
  readonly file: OvfFile | null
  /** Null where it is chosen on deployment, or makes no sense. */
  readonly capacityBytes: number | null
  /** Address that stands for its format, as it stands. */
  readonly format: string
}

export interface OvfPackage {
  /** `VMware`, `VirtualBox`; empty where the descriptor does not tell. */
  readonly madeFor: string
  readonly files: readonly OvfFile[]
  readonly disks: readonly OvfDisk[]
}

interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

/**
 * Reads an OVF descriptor (DMTF DSP0243): the files of the package and its disks. A document type is refused as a whole, so nothing in it
 * can bring in a file or grow, and every name of a file has to be a plain one.
 *
 * @throws AppError `image-damaged`, `image-unsupported`, `reference-refused`
 */
export function readOvf(text: string): OvfPackage {
  const tags = readTags(text)
  const envelope = tags.tags[0]
  if (envelope?.name !== 'Envelope') throw damaged('It has no envelope')
  const files = tags.tags.filter((tag) => tag.name === 'File').map(readFile)
  requireUnique(
    files.map((file) => file.id),
    'file id',
  )
  requireUnique(
    files.map((file) => file.href),
    'file name',
  )
  const disks = tags.tags.filter((tag) => tag.name === 'Disk').map((tag) => readDisk(tag, files))
  return { madeFor: tags.madeFor, files, disks }
}

function readTags(text: string): { tags: Tag[]; madeFor: string } {
  const tags: Tag[] = []
  const parser = new SaxesParser({ xmlns: true })
  const spaces = new Set<string>()
  let [depth, count] = [0, 0]
  parser.on('doctype', () => {
    throw new AppError('image-unsupported', {
      details: {
        feature: 'An OVF with a document type',
        reason: 'A document type can bring in other files of this machine or grow without end, and no OVF needs one',
        next: 'Fetch it from a source that you trust.',
      },
    })
  })
  parser.on('error', (error) => {
    throw damaged(`It is no well-formed XML: ${error.message}`)
  })
  parser.on('opentag', (tag) => {
    depth += 1
    count += 1
    if (depth > MAX_DEPTH || count > MAX_TAGS) throw damaged('It is nested deeper, or has more elements, than any descriptor needs')
    for (const space of Object.values(tag.ns ?? {})) spaces.add(space)
    const isEnvelope = ENVELOPE.test(tag.uri)
    if (isEnvelope && ['Envelope', 'File', 'Disk'].includes(tag.local)) tags.push({ name: tag.local, attributes: attributesOf(tag) })
  })
  parser.on('closetag', () => {
    depth -= 1
  })
  parser.write(text).close()
  const all = [...spaces].join('\n')
  const madeFor = /virtualbox\.org/.test(all) ? 'VirtualBox' : /vmware\.com\/schema\/ovf/.test(all) ? 'VMware' : ''
  return { tags, madeFor }
}

/** By their local names: `ovf:href`, or `href` as some programs write it. */
function attributesOf(tag: SaxesTagNS): Map<string, string> {
  return new Map(Object.values(tag.attributes).map((attribute) => [attribute.local, attribute.value]))
}

function readFile({ attributes }: Tag): OvfFile {
  const href = attributes.get('href') ?? ''
  const compression = (attributes.get('compression') ?? '').toLowerCase()
  if (checkReference(href) === 'refused') {
    throw new AppError('reference-refused', {
      details: { reference: href || 'a file without a name', reason: 'the name is not a plain one of a file in the package' },
    })
  }
  if (compression !== '' && compression !== 'gzip' && compression !== 'identity')
    throw unsupported(`A file compressed with ${compression}`, `${href} of the OVF is compressed in a way that no standard names`)
  return {
    id: attributes.get('id') ?? '',
    href: href.startsWith('./') ? href.slice(2) : href,
    sizeBytes: positive(attributes.get('size')),
    isGzip: compression === 'gzip',
    chunkBytes: positive(attributes.get('chunkSize')),
  }
}

function readDisk({ attributes }: Tag, files: readonly OvfFile[]): OvfDisk {
  const id = attributes.get('diskId') ?? ''
  if (attributes.get('parentRef'))
    throw unsupported('A differencing disk in an OVF', `The disk ${id} holds only the differences to another one`)
  const ref = attributes.get('fileRef')
  const file = ref === undefined ? null : files.find((one) => one.id === ref)
  if (file === undefined) throw damaged(`The disk ${id} refers to a file that is not listed`)
  return {
    id,
    file,
    capacityBytes: capacityBytes(attributes.get('capacity'), attributes.get('capacityAllocationUnits')),
    format: attributes.get('format') ?? '',
  }
}

function positive(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) && Number(text) > 0 ? Number(text) : null
}

function requireUnique(values: readonly string[], what: string): void {
  const seen = new Set<string>()
  for (const value of values) {
    if (seen.has(value)) throw damaged(`Its ${what} ${value} stands there twice`)
    seen.add(value)
  }
}

function damaged(reason: string): AppError {
  return new AppError('image-damaged', { details: { reason: `The OVF descriptor is damaged: ${reason}` } })
}

function unsupported(feature: string, reason: string): AppError {
  return new AppError('image-unsupported', { details: { feature, reason } })
}
