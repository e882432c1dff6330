import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { AppError } from '#shared/errors/app-error'
import { imageArch } from '#shared/platforms/image-arch'
import { archiveHead, archiveTail, DISK_OFFSET, LAYER_OFFSET, layerHead, layerTail } from './containerdisk-layout.js'
import type { JobContext } from '../job-context.js'
import type { Packer } from './packer.js'
import { withPartPatch } from './part-patch.js'
import { writeQcow2InPlace } from './qcow2-in-place.js'

/** The share of the work that writing the disk is; the rest is reading it for its digest. */
const WRITING = 0.85

/**
 * An OCI archive (`oci-archive:` of skopeo and podman) with a containerDisk for KubeVirt: one layer with `disk/NAME.qcow2`, which belongs to
 * user 107 and can only be read. The layer is not compressed, so that the disk can be compared where it lies; registries compress it.
 */
export const writeContainerDisk: Packer = async (request) => {
  const { ctx, name, part, progress, source } = request
  const disk = { name, arch: imageArch(source.info), osName: source.info.osName }
  const done = (fraction: number): void => progress.bytes(fraction * source.virtualBytes, source.virtualBytes)
  const size = await writeQcow2InPlace(request, DISK_OFFSET, (fraction) => done(fraction * WRITING))
  await withPartPatch(part, ctx.signal, async (patch) => {
    await patch.write(layerHead(disk, size), LAYER_OFFSET)
    await patch.write(layerTail(disk, size), DISK_OFFSET + size)
    const bytes = (await patch.size()) - LAYER_OFFSET
    // qemu-img does not write in order, so the digest can only be had by reading.
    const sha256 = await digestFrom(part, LAYER_OFFSET, ctx, (read) => done(WRITING + (1 - WRITING) * (read / bytes)))
    const layer = { sha256, bytes }
    await patch.write(archiveHead(layer), 0)
    await patch.write(archiveTail(disk, layer), LAYER_OFFSET + bytes)
  })
  return {
    disk: { driver: 'qcow2', path: part, backing: null, window: { offset: DISK_OFFSET, size } },
    digests: {},
    proofs: ['OCI archive with one uncompressed layer: /disk, owned by 107:107, readable alone; digests computed from what was written'],
  }
}

async function digestFrom(file: string, start: number, ctx: JobContext, onBytes: (read: number) => void): Promise<string> {
  const hash = createHash('sha256')
  let read = 0
  for await (const chunk of createReadStream(file, { start, highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>) {
    if (ctx.signal.aborted) throw new AppError('cancelled')
    await ctx.pausePoint()
    hash.update(chunk)
    read += chunk.length
    onBytes(read)
  }
  return hash.digest('hex')
}
