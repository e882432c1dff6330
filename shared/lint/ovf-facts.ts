import { SaxesParser, type SaxesTagNS } from 'saxes'

const MAX_DEPTH = 64
const MAX_ELEMENTS = 100_000

/** What an OVF says of files and disks (DMTF DSP0243), read for its rules alone: nothing in it is followed. */
export interface OvfFacts {
  readonly files: readonly { readonly id: string; readonly href: string; readonly size: string | null; readonly plain: boolean }[]
  readonly disks: readonly {
    readonly id: string
    readonly fileRef: string | null
    readonly capacity: string
    readonly unit: string | null
  }[]
  /** Contents of `rasd:HostResource`. */
  readonly resources: readonly string[]
  readonly machines: number
}

/** The facts of a descriptor, or what is wrong with it, in words. A document type is refused: it can bring in files of the importing machine. */
export function readOvfFacts(text: string): OvfFacts | string {
  const parser = new SaxesParser({ xmlns: true })
  const files: OvfFacts['files'][number][] = []
  const disks: OvfFacts['disks'][number][] = []
  const resources: string[] = []
  let [machines, depth, elements] = [0, 0, 0]
  let [problem, root, open] = ['', '', '']
  const refuse = (reason: string): void => {
    problem ||= reason
  }
  parser.on('doctype', () => refuse('it has a document type'))
  parser.on('error', (error) => refuse(error.message.split('\n')[0] ?? ''))
  parser.on('opentag', (tag) => {
    depth += 1
    elements += 1
    if (depth > MAX_DEPTH || elements > MAX_ELEMENTS) refuse('it is nested deeper, or has more elements, than a descriptor needs')
    if (problem !== '') return
    root ||= tag.local
    open = tag.local
    const get = (name: string): string | null => attribute(tag, name)
    if (tag.local === 'File') {
      const plain = !['gzip'].includes(get('compression') ?? '') && get('chunkSize') === null
      files.push({ id: get('id') ?? '', href: get('href') ?? '', size: get('size'), plain })
    }
    if (tag.local === 'Disk') {
      disks.push({
        id: get('diskId') ?? '',
        fileRef: get('fileRef'),
        capacity: get('capacity') ?? '',
        unit: get('capacityAllocationUnits'),
      })
    }
    if (tag.local === 'VirtualSystem') machines += 1
    if (tag.local === 'HostResource') resources.push('')
  })
  parser.on('text', (content) => {
    if (open === 'HostResource' && resources.length > 0) resources[resources.length - 1] += content.trim()
  })
  parser.on('closetag', () => {
    depth -= 1
    open = ''
  })
  try {
    parser.write(text).close()
  } catch (thrown) {
    refuse(thrown instanceof Error ? thrown.message : String(thrown))
  }
  if (problem === '' && root !== 'Envelope') return 'it has no Envelope'
  return problem === '' ? { files, disks, resources, machines } : problem
}

/** By its local name: programs write `ovf:href` and `href`. */
function attribute(tag: SaxesTagNS, name: string): string | null {
  return Object.values(tag.attributes).find((candidate) => candidate.local === name)?.value ?? null
}

/** Bytes of a capacity in its units, `byte * 2^30` (DSP0004, annex C.1); null for what makes no sense. */
export function ovfCapacityBytes(capacity: string, unit: string | null): number | null {
  const match = /^byte(?:\s*\*\s*2\s*\^\s*(\d{1,2}))?$/i.exec((unit ?? 'byte').trim())
  if (!match || !/^\d{1,18}$/.test(capacity)) return null
  const bytes = Number(capacity) * 2 ** Number(match[1] ?? 0)
  return Number.isSafeInteger(bytes) ? bytes : null
}
