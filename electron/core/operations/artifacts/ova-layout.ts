import { createHash } from 'node:crypto'
import { tarHeader, tarPadding, tarTrailer, TAR_BLOCK } from '#shared/archives/ustar-header'
import { buildOvf, type OvfDisk } from '#shared/ovf/descriptor'
import type { OvfMachine } from '#shared/ovf/machine'
import { ovfManifest } from '#shared/ovf/manifest'
import { displayName, packageStem } from '#shared/ovf/package-names'

/** Where things lie in an OVA, known before its disk is. */
export interface OvaLayout {
  readonly diskName: string
  /** Where the disk begins. Before it lie the descriptor and the manifest with their headers, and the disk's header. */
  readonly diskOffset: number
  /** All bytes before the disk. */
  head(disk: WrittenVmdk): Uint8Array
  /** All bytes after it. */
  tail(diskBytes: number): Uint8Array
}

export interface WrittenVmdk {
  readonly fileBytes: number
  readonly populatedBytes: number
  /** SHA-256, lower-case hex. */
  readonly sha256: string
}

const NO_DIGEST = '0'.repeat(64)

/**
 * The descriptor first, then the manifest, then the disk: the order of DSP0243 ("Distribution as a single file") in which ovftool and
 * VMware's open-vmdk write, so that a reader that streams can check the disk as it comes. Both small files have a length that does not
 * depend on the disk: the manifest by nature, the descriptor by blanks after its last element, which XML allows ("Misc").
 *
 * @throws AppError `bad-input` for a name that an OVF cannot hold
 */
export function layOva(machine: OvfMachine, fileName: string, capacityBytes: number): OvaLayout {
  const id = packageStem(fileName)
  const [ovfName, manifestName, diskName] = [`${id}.ovf`, `${id}.mf`, `${id}-disk1.vmdk`]
  const describe = (disk: WrittenVmdk): Buffer => {
    const described: OvfDisk = { ...disk, file: diskName, capacityBytes }
    return Buffer.from(buildOvf(machine, described, { name: displayName(fileName), id }))
  }
  const longest = { fileBytes: Number.MAX_SAFE_INTEGER, populatedBytes: Number.MAX_SAFE_INTEGER, sha256: NO_DIGEST }
  const ovfBytes = wholeBlocks(describe(longest).length)
  const manifest = (ovf: Uint8Array, diskSha256: string): Buffer =>
    Buffer.from(
      ovfManifest([
        { name: ovfName, sha256: createHash('sha256').update(ovf).digest('hex') },
        { name: diskName, sha256: diskSha256 },
      ]),
    )
  const manifestBytes = wholeBlocks(manifest(Buffer.alloc(0), NO_DIGEST).length)
  return {
    diskName,
    diskOffset: 3 * TAR_BLOCK + ovfBytes + manifestBytes,
    head: (disk) => {
      const text = describe(disk)
      const ovf = Buffer.concat([text, Buffer.alloc(ovfBytes - text.length, 0x20)])
      ovf[ovfBytes - 1] = 0x0a
      const lines = manifest(ovf, disk.sha256)
      return Buffer.concat([
        tarHeader({ name: ovfName, size: ovfBytes, mode: 0o644 }),
        ovf,
        tarHeader({ name: manifestName, size: lines.length, mode: 0o644 }),
        lines,
        Buffer.alloc(manifestBytes - lines.length),
        tarHeader({ name: diskName, size: disk.fileBytes, mode: 0o644 }),
      ])
    },
    tail: (diskBytes) => {
      const padding = tarPadding(diskBytes)
      return new Uint8Array(padding + tarTrailer(3 * TAR_BLOCK + ovfBytes + manifestBytes + diskBytes + padding))
    },
  }
}

/** One byte more at least, for the line feed at the end. */
function wholeBlocks(bytes: number): number {
  return Math.ceil((bytes + 1) / TAR_BLOCK) * TAR_BLOCK
}
