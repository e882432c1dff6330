import { needsLargeSize, TAR_BLOCK, tarHeader, tarPadding, tarTrailer } from '#shared/archives/ustar-header'
import { OCI_DISK_NAME, OCI_METADATA_NAME, ociImageMetadata } from '#shared/platforms/oci-metadata'
import type { Packer } from './packer.js'
import { withPartPatch } from './part-patch.js'
import { writeQcow2InPlace } from './qcow2-in-place.js'

/**
 * An `.oci` archive, as Oracle Cloud imports it and `ocne image upload` makes it: a tar of `output.QCOW2` and `image_metadata.json`.
 * Not compressed: Oracle Cloud takes both, an upload can be compressed on its way, and the disk can be compared where it lies.
 */
export const writeOciArchive: Packer = async (request) => {
  const { ctx, input, part, progress, source } = request
  const metadata = Buffer.from(ociImageMetadata(source.info, input.machine))
  const size = await writeQcow2InPlace(request, TAR_BLOCK, (fraction) =>
    progress.bytes(fraction * source.virtualBytes, source.virtualBytes),
  )
  const end = TAR_BLOCK + size
  const rest = [new Uint8Array(tarPadding(size)), tarHeader({ name: OCI_METADATA_NAME, size: metadata.length, mode: 0o644 }), metadata]
  const tail = Buffer.concat([...rest, new Uint8Array(tarPadding(metadata.length))])
  await withPartPatch(part, ctx.signal, async (patch) => {
    await patch.write(tarHeader({ name: OCI_DISK_NAME, size, mode: 0o644 }), 0)
    await patch.write(Buffer.concat([tail, new Uint8Array(tarTrailer(end + tail.length))]), end)
  })
  return {
    disk: { driver: 'qcow2', path: part, backing: null, window: { offset: TAR_BLOCK, size } },
    digests: {},
    proofs: [
      `Oracle Cloud archive: ${OCI_DISK_NAME} and ${OCI_METADATA_NAME}, which says the firmware`,
      ...(needsLargeSize(size) ? ['The disk has 8 GiB or more in its file: its size is written as GNU tar writes it'] : []),
    ],
  }
}
