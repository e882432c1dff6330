/** What an import finds in a file; `problem` is why it would not be taken. */
export interface FoundImage {
  readonly problem: string | null
  readonly firmware: string
  readonly shapes: readonly string[]
}

const MAX_BYTES = 400 * 1000 ** 3

/**
 * Reads an uploaded file as an import does: a QCOW2 or VMDK by its first bytes, or, where no type is named, an archive of exactly
 * `image_metadata.json` and `output.QCOW2`, as Oracle Cloud itself exports images.
 */
export function readImageFile(file: Buffer, type: string | undefined): FoundImage {
  if (type === 'VMDK') return found(vmdkProblem(file))
  if (type === 'QCOW2') return found(qcow2Problem(file))
  const members = tarMembers(file)
  if (members === null) return found('The file is no archive of the type OCI')
  const names = [...members.keys()].toSorted()
  if (names.join(' ') !== 'image_metadata.json output.QCOW2') return found(`The archive holds ${names.join(', ')}`)
  const problem = qcow2Problem(members.get('output.QCOW2') ?? Buffer.alloc(0))
  if (problem !== null) return found(problem)
  try {
    const metadata = JSON.parse((members.get('image_metadata.json') ?? Buffer.alloc(0)).toString('utf8')) as Metadata
    const firmware = metadata.externalLaunchOptions?.firmware
    if (metadata.version !== 2 || (firmware !== 'UEFI_64' && firmware !== 'BIOS')) return found('image_metadata.json names no firmware')
    const shapes = metadata.additionalMetadata?.shapeCompatibilities ?? []
    return { problem: null, firmware, shapes: shapes.map(({ internalShapeName }) => internalShapeName) }
  } catch {
    return found('image_metadata.json is no JSON')
  }
}

interface Metadata {
  readonly version?: number
  readonly externalLaunchOptions?: { readonly firmware?: string }
  readonly additionalMetadata?: { readonly shapeCompatibilities?: readonly { readonly internalShapeName: string }[] }
}

/** What an import takes for granted where nobody says otherwise. */
function found(problem: string | null): FoundImage {
  return { problem, firmware: 'BIOS', shapes: ['VM.Standard.E5.Flex', 'VM.Standard3.Flex'] }
}

/** Source: QEMU, docs/interop/qcow2.rst: magic, version, size of the disk at byte 24. */
function qcow2Problem(file: Buffer): string | null {
  if (file.length < 104 || file.toString('latin1', 0, 4) !== 'QFI\xfb') return 'The disk is no QCOW2'
  if (file.readUInt32BE(4) < 2 || file.readUInt32BE(4) > 3) return 'The version of the QCOW2 is not known'
  if (file.readBigUInt64BE(8) !== 0n) return 'The QCOW2 needs a backing file'
  return file.readBigUInt64BE(24) > BigInt(MAX_BYTES) ? 'The disk is larger than 400 GB' : null
}

/** Source: VMware, Virtual Disk Format 5.0: `KDMV` of a hosted sparse extent; flag 16 says that its grains are compressed. */
function vmdkProblem(file: Buffer): string | null {
  if (file.length < 512 || file.toString('latin1', 0, 4) !== 'KDMV') return 'The file is no VMDK of one file'
  return null
}

/** Source: POSIX pax, ustar; sizes beyond 8 GiB as GNU tar writes them. Null for what is no tar. */
function tarMembers(file: Buffer): Map<string, Buffer> | null {
  const members = new Map<string, Buffer>()
  for (let at = 0; at + 512 <= file.length; ) {
    const header = file.subarray(at, at + 512)
    if (header.every((byte) => byte === 0)) return members
    if (header.toString('latin1', 257, 262) !== 'ustar') return null
    const name = header.toString('latin1', 0, 100).replace(/\0.*$/s, '')
    const size = (header[124] ?? 0) & 0x80 ? Number(header.readBigUInt64BE(128)) : Number.parseInt(header.toString('latin1', 124, 136), 8)
    members.set(name, file.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return null
}
