import { createHash } from 'node:crypto'
import { needsLargeSize } from '#shared/archives/ustar-header'
import { GRAIN_BYTES, SECTOR_BYTES } from '#shared/images/vmdk/sparse-header'
import { type OvfMachine, type OvfVariant, machineFor } from '#shared/ovf/machine'
import type { ConvertInput } from '#shared/jobs/convert-request'
import { withRawDisk } from '../../guest/raw-disk.js'
import { type Sink, withFileSink } from './file-sink.js'
import { layOva } from './ova-layout.js'
import { withPartPatch } from './part-patch.js'
import type { Packed, Packer, PackRequest } from './packer.js'
import { streamVmdk } from './stream-vmdk.js'
import { vmdkChoices } from './write-stream-vmdk.js'

/** Writes the disk to a sink that never seeks, and tells how many of its bytes hold something. */
export type DiskWriter = (machine: OvfMachine, diskName: string, sink: Sink) => Promise<{ readonly populatedBytes: number }>

/**
 * An OVA for VMware, or for VirtualBox where that is the target: the disk goes straight to its place in the archive, in one pass, and the
 * descriptor, the manifest and the headers to the places that were kept for them.
 */
export const writeOva: Packer = (request) => packOva(request, streamWriter(request))

/** `writeOva` with a disk writer of the caller's. */
export async function packOva(request: PackRequest, writeDisk: DiskWriter): Promise<Packed> {
  const { ctx, input, part, source } = request
  const machine = machineFor(source.info, input.machine ?? {}, ovfVariant(input))
  const capacity = Math.ceil(source.virtualBytes / SECTOR_BYTES) * SECTOR_BYTES
  const layout = layOva(machine, request.name, capacity)
  const disk = await withFileSink(part, { digests: [], signal: ctx.signal }, async (file) => {
    await file.write(new Uint8Array(layout.diskOffset))
    const hash = createHash('sha256')
    const { populatedBytes } = await writeDisk(machine, layout.diskName, async (chunk) => {
      hash.update(chunk)
      await file.write(chunk)
    })
    const fileBytes = file.bytes() - layout.diskOffset
    await file.write(layout.tail(fileBytes))
    return { fileBytes, populatedBytes, sha256: hash.digest('hex') }
  })
  await withPartPatch(part, ctx.signal, (patch) => patch.write(layout.head(disk), 0))
  return {
    disk: { driver: 'vmdk', path: part, window: { offset: layout.diskOffset, size: disk.fileBytes } },
    // The head was written last: the file has to be read once more for a digest of all of it.
    digests: {},
    proofs: [
      `OVA for ${machine.variant === 'vmware' ? `VMware, hardware version ${machine.hardwareVersion}` : 'VirtualBox'}: descriptor, manifest, disk`,
      'SHA-256 of the descriptor and of the disk are in the manifest, computed while they were written',
      ...(needsLargeSize(disk.fileBytes)
        ? ['The disk has 8 GiB or more in its file: its size is written as GNU tar writes it, because plain ustar has no place for it']
        : []),
    ],
  }
}

/** Whose OVF is wanted: VirtualBox's for a VirtualBox target, VMware's otherwise. */
export function ovfVariant(input: Pick<ConvertInput, 'artifact' | 'platform'>): OvfVariant {
  return input.artifact === 'virtualbox-ova' || input.platform === 'virtualbox' ? 'virtualbox' : 'vmware'
}

function streamWriter({ ctx, input, source, progress }: PackRequest): DiskWriter {
  const choices = vmdkChoices(input.options, input.machine)
  return (_machine, diskName, sink) =>
    withRawDisk(ctx.host, source.node, source.files, async (disk) => {
      const onProgress = (done: number): void => progress.bytes(done, disk.virtualBytes)
      const pausePoint = (): Promise<void> => ctx.pausePoint()
      const { grains } = await streamVmdk(disk, { name: diskName, ...choices, signal: ctx.signal, pausePoint, onProgress }, sink)
      return { populatedBytes: Math.min(grains * GRAIN_BYTES, disk.virtualBytes) }
    })
}
