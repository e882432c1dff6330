import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

/** A container image in memory, as it is pushed or written into a layout. */
export interface BuiltImage {
  readonly manifest: Buffer
  readonly mediaType: string
  readonly digest: string
  /** Layers and configuration by digest; of an index also the manifests of its images. */
  readonly blobs: ReadonlyMap<string, Buffer>
  /** Digests of the layers as they are stored, in their order. */
  readonly layers: readonly string[]
  readonly platform: { readonly architecture: string; readonly os: string; readonly variant?: string }
}

export interface LayerEntry {
  readonly name: string
  readonly data?: Buffer | string
  readonly mode?: number
  readonly uid?: number
  readonly type?: 'file' | 'directory' | 'symlink' | 'link' | 'character-device' | 'block-device' | 'fifo'
  readonly linkname?: string
  readonly mtime?: Date
}

export interface ImageParts {
  /** Tar archives without compression. */
  readonly layers: readonly Buffer[]
  readonly compression?: 'none' | 'gzip' | 'zstd'
  readonly architecture?: string
  readonly os?: string
  readonly variant?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly created?: string
}

const OCI = 'application/vnd.oci.image'
const INDEX_TYPE = `${OCI}.index.v1+json`
const MANIFEST_TYPE = `${OCI}.manifest.v1+json`

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** A layer: a tar archive with these entries in this order. */
export async function layerOf(entries: readonly LayerEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const { name, data, mode = 0o644, uid = 0, type = 'file', linkname, mtime = new Date(0) } of entries) {
    archive.entry({ name, mode, uid, gid: uid, type, mtime, ...(linkname === undefined ? {} : { linkname }) }, data ?? '')
  }
  archive.finalize()
  const pieces: Buffer[] = []
  for await (const piece of archive) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

export function imageOf(parts: ImageParts): BuiltImage {
  const {
    compression = 'none',
    architecture = 'amd64',
    os = 'linux',
    variant,
    labels,
    annotations,
    created = '2024-05-06T07:08:09Z',
  } = parts
  const blobs = new Map<string, Buffer>()
  const keep = (bytes: Buffer): { digest: string; size: number } => {
    blobs.set(digestOf(bytes), bytes)
    return { digest: digestOf(bytes), size: bytes.length }
  }
  const platform = { architecture, os, ...(variant === undefined ? {} : { variant }) }
  const ending = compression === 'none' ? '' : `+${compression}`
  const layers = parts.layers.map((layer) => ({ mediaType: `${OCI}.layer.v1.tar${ending}`, ...keep(compressed(layer, compression)) }))
  const config = json({
    ...platform,
    created,
    config: { Labels: labels ?? {} },
    rootfs: { type: 'layers', diff_ids: parts.layers.map(digestOf) },
  })
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: `${OCI}.config.v1+json`, ...keep(config) },
    layers,
    ...(annotations === undefined ? {} : { annotations }),
  })
  const digests = layers.map(({ digest }) => digest)
  return { manifest, mediaType: MANIFEST_TYPE, digest: digestOf(manifest), blobs, layers: digests, platform }
}

/** An artifact of OCI: the layers are the files themselves (`oras push`). */
export function artifactOf(
  artifactType: string,
  files: readonly { readonly title: string; readonly mediaType: string; readonly data: Buffer }[],
): BuiltImage {
  const empty = Buffer.from('{}')
  const blobs = new Map<string, Buffer>([[digestOf(empty), empty]])
  for (const { data } of files) blobs.set(digestOf(data), data)
  const layers = files.map(({ title, mediaType, data }) => ({
    mediaType,
    digest: digestOf(data),
    size: data.length,
    annotations: { 'org.opencontainers.image.title': title },
  }))
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(empty), size: 2 }
  const manifest = json({ schemaVersion: 2, mediaType: MANIFEST_TYPE, artifactType, config, layers })
  const digests = layers.map(({ digest }) => digest)
  return { manifest, mediaType: MANIFEST_TYPE, digest: digestOf(manifest), blobs, layers: digests, platform: { architecture: '', os: '' } }
}

export function indexOf(images: readonly BuiltImage[]): BuiltImage {
  const blobs = new Map(images.flatMap((image) => [...image.blobs, [image.digest, image.manifest] as const]))
  const manifests = images.map(({ mediaType, digest, manifest, platform }) => ({ mediaType, digest, size: manifest.length, platform }))
  const manifest = json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests })
  return { manifest, mediaType: INDEX_TYPE, digest: digestOf(manifest), blobs, layers: [], platform: { architecture: '', os: '' } }
}

/** Writes an OCI layout (image-layout.md) with one image, which is called `name` where that is given. */
export async function writeLayout(folder: string, image: BuiltImage, name?: string): Promise<string> {
  const blobs = path.join(folder, 'blobs/sha256')
  await fs.mkdir(blobs, { recursive: true })
  for (const [digest, bytes] of [...image.blobs, [image.digest, image.manifest] as const]) {
    await fs.writeFile(path.join(blobs, digest.replace('sha256:', '')), bytes)
  }
  const annotations = name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': name } }
  const entry = { mediaType: image.mediaType, digest: image.digest, size: image.manifest.length, ...annotations }
  await fs.writeFile(path.join(folder, 'index.json'), json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [entry] }))
  await fs.writeFile(path.join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }))
  return folder
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function compressed(layer: Buffer, compression: NonNullable<ImageParts['compression']>): Buffer {
  if (compression === 'gzip') return gzipSync(layer)
  if (compression === 'zstd') return execFileSync('zstd', ['-q', '-c'], { input: layer, maxBuffer: layer.length * 2 + 1024 * 1024 })
  return layer
}

/** The bytes with an MBR in front, so that they are told as a raw disk. Changes them. */
export function partitioned(disk: Buffer): Buffer {
  disk.fill(0, 0, 512)
  disk.set([0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0], 446)
  disk.set([0x55, 0xaa], 510)
  return disk
}
