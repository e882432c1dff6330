import { AppError } from '#shared/errors/app-error'
import { FORMATS } from '#shared/images/formats'
import type { ConvertInput, DiskContainer } from '#shared/jobs/convert-request'
import type { Packer } from './packer.js'
import { writeContainerDisk } from './write-containerdisk.js'
import { writeGcpTar } from './write-gcp-tar.js'
import { writeOciArchive } from './write-oci-archive.js'
import { writeOva } from './write-ova.js'
import { writeStreamVmdk } from './write-stream-vmdk.js'

/** What wraps a disk, by container. */
const CONTAINERS: Readonly<Record<DiskContainer, Packer>> = {
  ova: writeOva,
  'tar.gz': writeGcpTar,
  oci: writeOciArchive,
  containerdisk: writeContainerDisk,
}

/** The disk that a container takes; others are refused. */
const CONTENT: Readonly<Record<DiskContainer, { readonly format: ConvertInput['format']; readonly subformats: readonly string[] }>> = {
  ova: { format: 'vmdk', subformats: ['streamOptimized'] },
  'tar.gz': { format: 'raw', subformats: ['sparse'] },
  oci: { format: 'qcow2', subformats: ['v3', 'compressed'] },
  containerdisk: { format: 'qcow2', subformats: ['v3', 'compressed'] },
}

/**
 * Our own writer of a result; null where qemu-img writes it. Throws `bad-input` for a disk that the container does not take.
 */
export function packerOf(target: Pick<ConvertInput, 'container' | 'format'> & { readonly subformat: string }): Packer | null {
  const { container, format, subformat } = target
  // What qemu-img writes has neither the end-of-stream marker nor the footer that ESXi and vSphere wait for.
  if (container === null) return format === 'vmdk' && subformat === 'streamOptimized' ? writeStreamVmdk : null
  const content = CONTENT[container]
  if (content.format !== format || !content.subformats.includes(subformat)) {
    const reason = `${container} holds ${FORMATS[content.format].label} (${content.subformats.join(', ')}), not ${FORMATS[format].label} (${subformat})`
    throw new AppError('bad-input', { details: { reason } })
  }
  return CONTAINERS[container]
}
