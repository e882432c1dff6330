import { checkReference } from '../reference.js'
import { damaged, refusedReference, type SniffProblem, type VmdkExtent } from '../sniff-result.js'

export interface VmdkDescriptor {
  readonly createType: string | null
  readonly parent: string | null
  readonly extents: readonly VmdkExtent[]
  readonly problems: readonly SniffProblem[]
}

const MAX_EXTENTS = 4096
const SECTOR = 512

/**
 * Reads the text part of a VMDK (VMware, "Virtual Disk Format 1.1", "The descriptor file"). Every extent and the parent
 * are references to other files; names other than plain ones become problems.
 */
export function readVmdkDescriptor(text: string): VmdkDescriptor {
  const lines = (text.split('\0', 1)[0] ?? '').split('\n').map((line) => line.trim())
  const extents: VmdkExtent[] = []
  const problems: SniffProblem[] = []
  for (const line of lines) {
    const extent = readExtent(line)
    if (extent === 'bad') problems.push(damaged(`It has an extent line that cannot be read: ${line.slice(0, 120)}`))
    else if (extent !== null) extents.push(extent)
    if (extents.length > MAX_EXTENTS)
      return { createType: null, parent: null, extents: [], problems: [damaged(`It lists more than ${MAX_EXTENTS} extents`)] }
  }
  for (const { file } of extents) if (file !== null && checkReference(file) === 'refused') problems.push(refusedReference(file, 'extent'))
  // qemu follows the hint whatever parentCID says (block/vmdk.c, vmdk_parent_open), wherever in the text it stands.
  const parent = /parentFileNameHint\s*=?\s*"?([^"\0]*)/.exec(text)?.[1] ?? null
  if (parent !== null && checkReference(parent) === 'refused') problems.push(refusedReference(parent, 'parent disk'))
  const createType = lines.flatMap((line) => /^createType\s*=\s*"?([^"]*)"?$/.exec(line)?.[1] ?? [])[0] ?? null
  return { createType, parent, extents, problems }
}

/** `RW 131072 FLAT "disk-flat.vmdk" 0`: access, sectors, type, file, first sector. */
function readExtent(line: string): VmdkExtent | 'bad' | null {
  if (!/^(RW|RDONLY|NOACCESS)[ \t]/.test(line)) return null
  const match =
    /^(RW|RDONLY|NOACCESS)[ \t]+(\d{1,13})[ \t]+([A-Z0-9]{1,20})(?:[ \t]+"([^"]{1,4096})"(?:[ \t]+\d{1,15})?(?:[ \t].*)?)?$/.exec(line)
  const type = match?.[3]
  if (match === null || type === undefined || (match[4] === undefined && type !== 'ZERO')) return 'bad'
  return { access: match[1] ?? '', bytes: Number(match[2]) * SECTOR, type, file: match[4] ?? null }
}

/** Whether qemu would take the text for a descriptor: the first line that is no comment is `version=` 1, 2 or 3. */
export function isVmdkDescriptor(text: string): boolean {
  if (/^# Disk DescriptorFile\s/.test(text)) return true
  for (const line of text.slice(0, 4096).split('\n')) {
    const bare = line.trim()
    if (bare !== '' && !bare.startsWith('#')) return /^version\s*=\s*[123]$/i.test(bare)
  }
  return false
}
