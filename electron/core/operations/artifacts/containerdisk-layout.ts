import { createHash } from 'node:crypto'
import { TAR_BLOCK, tarHeader, tarPadding, tarTrailer } from '#shared/archives/ustar-header'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import {
  imageConfig,
  imageIndex,
  imageManifest,
  IMAGE_TITLE,
  layerFrame,
  REF_NAME,
  type WrittenDescriptor,
} from '#shared/containers/package'
import { goArch } from '#shared/containers/platform-match'
import { displayName, packageStem } from '#shared/ovf/package-names'
import type { PlatformArch } from '#shared/platforms/platform'

export interface ContainerDisk {
  /** File name of the result. */
  readonly name: string
  readonly arch: PlatformArch
  readonly osName: string | null
}

/** Members before the layer, which do not depend on it. */
const FIRST = Buffer.concat([
  fileMember('oci-layout', Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' }))),
  tarHeader({ name: 'blobs/', size: 0, mode: 0o755, kind: 'folder' }),
  tarHeader({ name: 'blobs/sha256/', size: 0, mode: 0o755, kind: 'folder' }),
])

/** Where the layer begins in the archive, and where the disk does. */
export const LAYER_OFFSET = FIRST.length + TAR_BLOCK
export const DISK_OFFSET = LAYER_OFFSET + 2 * TAR_BLOCK

/** The layer's bytes before the disk: its folder, and the header of the one file in it. */
export function layerHead(disk: ContainerDisk, diskBytes: number): Uint8Array {
  return layerFrame(diskPath(disk), diskBytes).head
}

/** The layer's bytes after the disk. */
export function layerTail(disk: ContainerDisk, diskBytes: number): Uint8Array {
  return new Uint8Array(layerFrame(diskPath(disk), diskBytes).tailBytes)
}

export interface Layer {
  /** SHA-256, lower-case hex. Nothing is compressed, so that it is the digest of both the blob and its content. */
  readonly sha256: string
  readonly bytes: number
}

/** All bytes before the layer, its own header included. */
export function archiveHead(layer: Layer): Uint8Array {
  return Buffer.concat([FIRST, tarHeader({ name: `blobs/sha256/${layer.sha256}`, size: layer.bytes, mode: 0o644 })])
}

/**
 * All bytes after the layer: configuration, manifest, index (OCI image specification 1.0: config.md, manifest.md, image-index.md). There
 * is no time in any of them, so that the same qcow2 gives the same image.
 */
export function archiveTail(disk: ContainerDisk, layer: Layer): Uint8Array {
  const platform = { architecture: goArch(disk.arch), os: 'linux' }
  const config = Buffer.from(
    imageConfig({
      platform,
      labels: {
        [IMAGE_TITLE]: displayName(disk.name),
        ...(disk.osName === null ? {} : { 'org.opencontainers.image.description': disk.osName }),
      },
      diffId: `sha256:${layer.sha256}`,
      createdBy: `diskwright: ${diskPath(disk)}`,
    }),
  )
  const manifest = Buffer.from(
    imageManifest({
      config: descriptor(MEDIA_TYPES.config, config),
      layers: [{ mediaType: MEDIA_TYPES.layer, digest: `sha256:${layer.sha256}`, size: layer.bytes }],
    }),
  )
  const index = Buffer.from(
    imageIndex([
      {
        ...descriptor(MEDIA_TYPES.manifest, manifest),
        platform,
        annotations: { [REF_NAME]: `${packageStem(disk.name).toLowerCase()}:latest` },
      },
    ]),
  )
  const members = [
    new Uint8Array(tarPadding(layer.bytes)),
    fileMember(`blobs/sha256/${sha256(config)}`, config),
    fileMember(`blobs/sha256/${sha256(manifest)}`, manifest),
    fileMember('index.json', index),
  ]
  const tail = Buffer.concat(members)
  return Buffer.concat([tail, new Uint8Array(tarTrailer(LAYER_OFFSET + layer.bytes + tail.length))])
}

function diskPath(disk: ContainerDisk): string {
  return `disk/${packageStem(disk.name)}.qcow2`
}

function descriptor(mediaType: string, content: Buffer): WrittenDescriptor {
  return { mediaType, digest: `sha256:${sha256(content)}`, size: content.length }
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function fileMember(name: string, content: Buffer): Buffer {
  return Buffer.concat([tarHeader({ name, size: content.length, mode: 0o644 }), content, new Uint8Array(tarPadding(content.length))])
}
