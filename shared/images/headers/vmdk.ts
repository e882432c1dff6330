import { safeBytes, type ByteView } from '../byte-view.js'
import { checkReference } from '../reference.js'
import { damaged, type HeaderFacts, refusedReference, type SniffProblem, unsupported } from '../sniff-result.js'
import { isVmdkDescriptor, readVmdkDescriptor } from './vmdk-descriptor.js'

const SECTOR = 512n
const AT_END = 0xffff_ffff_ffff_ffffn
const COMPRESSED = 1 << 16
/** Where and how far qemu looks for a parent, whatever the header says (block/vmdk.c, desc_offset and DESC_SIZE). */
const QEMU_DESCRIPTOR_AT = 0x200
const DESCRIPTOR_READ = 20 * 512

/** Types that qemu's driver opens through a descriptor (block/vmdk.c, vmdk_open_desc_file). */
const OPENABLE_TYPES = new Set(['monolithicFlat', 'vmfs', 'vmfsSparse', 'seSparse', 'twoGbMaxExtentSparse', 'twoGbMaxExtentFlat'])

/** Reads any kind of VMDK (VMware, "Virtual Disk Format 1.1"). Null when it is none. */
export function readVmdk(head: ByteView, fileBytes: number): HeaderFacts | null {
  if (head.startsWith('KDMV')) return readSparse(head, fileBytes)
  if (head.startsWith('COWD')) return readCowd(head)
  if (head.u8(0) > 0x7e || head.u8(0) === 0) return null
  const text = head.text(0, head.length)
  return isVmdkDescriptor(text) ? readDescriptorFile(text, head, fileBytes) : null
}

/** Hosted sparse extent: the header of monolithicSparse and streamOptimized disks, and of the parts of a split one. */
function readSparse(head: ByteView, fileBytes: number): HeaderFacts {
  const base = { format: 'vmdk', label: 'VMDK' } as const
  if (!head.has(0, 512)) return { ...base, problems: [damaged('The file ends inside of its VMDK header')] }
  const problems: SniffProblem[] = []
  const version = head.u32le(4)
  if (version < 1 || version > 3) problems.push(unsupported(`VMDK version ${version}`, 'Only versions 1 to 3 are known'))
  const streamed = (head.u32le(8) & COMPRESSED) !== 0
  const virtualBytes = safeBytes(head.u64le(12) * SECTOR)
  const gdOffset = head.u64le(56)
  if (virtualBytes === null) problems.push(damaged('It claims a virtual size above 8 PiB'))
  if (virtualBytes === 0) problems.push(unsupported('A VMDK without a size of its own', 'Its header leaves the size to other files'))
  if (gdOffset !== AT_END && gdOffset * SECTOR >= BigInt(fileBytes)) problems.push(damaged('The file ends before its grain directory'))

  const descriptorAt = safeBytes(head.u64le(28) * SECTOR)
  if (descriptorAt === 0) return { ...base, variant: 'sparse extent', virtualBytes, problems: [...problems, partOfSplit()] }
  const descriptorBytes = Math.min(safeBytes(head.u64le(36) * SECTOR) ?? DESCRIPTOR_READ, DESCRIPTOR_READ)
  if (descriptorAt === null || !head.has(descriptorAt, Math.min(descriptorBytes, Math.max(0, fileBytes - descriptorAt)))) {
    problems.push(
      unsupported('A VMDK with its descriptor far inside', 'It lies outside of the first 64 KiB, where no known program puts it'),
    )
    return { ...base, variant: streamed ? 'streamOptimized' : 'sparse', virtualBytes, problems }
  }
  const descriptor = readVmdkDescriptor(head.text(descriptorAt, DESCRIPTOR_READ))
  const seenByQemu = descriptorAt === QEMU_DESCRIPTOR_AT ? descriptor : readVmdkDescriptor(head.text(QEMU_DESCRIPTOR_AT, DESCRIPTOR_READ))
  if (descriptor.createType === null) problems.push(partOfSplit())
  const parent = seenByQemu.parent ?? descriptor.parent
  // The one extent that an embedded descriptor lists is this very file, by the name it had when it was made.
  if (parent !== null && checkReference(parent) === 'refused') problems.push(refusedReference(parent, 'parent disk'))
  return {
    ...base,
    variant: descriptor.createType || (streamed ? 'streamOptimized' : 'monolithicSparse'),
    virtualBytes,
    backingFile: parent,
    backingFormat: parent === null ? null : 'vmdk',
    unclean: head.u8(72) !== 0,
    problems,
  }
}

function partOfSplit(): SniffProblem {
  return unsupported('A part of a split VMDK', 'It has no descriptor of its own', 'Open the small .vmdk text file that lists the parts.')
}

/** Sparse extent of ESX 2, or a part of a VMFS snapshot. */
function readCowd(head: ByteView): HeaderFacts {
  if (!head.has(0, 32))
    return { format: 'vmdk', label: 'VMDK', variant: 'COWD', problems: [damaged('The file ends inside of its VMDK header')] }
  return { format: 'vmdk', label: 'VMDK', variant: 'COWD', virtualBytes: head.u32le(12) * 512 }
}

function readDescriptorFile(text: string, head: ByteView, fileBytes: number): HeaderFacts {
  const base = { format: 'vmdk', label: 'VMDK' } as const
  if (fileBytes > head.length)
    return { ...base, variant: 'descriptor', problems: [unsupported('A VMDK descriptor above 64 KiB', 'A descriptor is a short text')] }
  const descriptor = readVmdkDescriptor(text)
  const problems = [...descriptor.problems]
  if (descriptor.extents.length === 0 && problems.length === 0) problems.push(damaged('Its descriptor lists no extent'))
  const type = descriptor.createType ?? ''
  if (!OPENABLE_TYPES.has(type))
    problems.push(unsupported(`VMDK of the type ${type || 'unknown'}`, 'Its descriptor names a kind of disk that qemu does not open'))
  const virtualBytes = descriptor.extents.reduce((sum, extent) => sum + extent.bytes, 0)
  return {
    ...base,
    variant: type || 'descriptor',
    virtualBytes: Number.isSafeInteger(virtualBytes) ? virtualBytes : null,
    backingFile: descriptor.parent,
    backingFormat: descriptor.parent === null ? null : 'vmdk',
    extents: descriptor.extents,
    problems,
  }
}
