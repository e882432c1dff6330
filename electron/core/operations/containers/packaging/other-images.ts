import { readManifest } from '#shared/containers/manifest'
import type { PushableBlob } from '../../../registry/push-blob.js'
import type { ContainerSource } from '../container-source.js'
import type { SmallBlob } from './packed-image.js'

/** Images that are there already, as they lie at their source. */
export interface OtherImages {
  readonly manifests: readonly PushableBlob[]
  /** Configurations and layers. */
  readonly blobs: readonly PushableBlob[]
}

export const NO_OTHERS: OtherImages = { manifests: [], blobs: [] }

/** Everything that an index names but the image with `own` digest. */
export async function otherImages(source: ContainerSource, index: SmallBlob, own: string): Promise<OtherImages> {
  const read = readManifest(index.content.toString('utf8'), index.mediaType)
  if (read.kind !== 'index') return NO_OTHERS
  const [manifests, blobs]: [PushableBlob[], PushableBlob[]] = [[], []]
  for (const { digest } of read.manifests) {
    if (digest === own) continue
    const found = await imageAt(source, digest)
    manifests.push(found.manifest)
    blobs.push(...found.blobs)
  }
  return { manifests, blobs }
}

async function imageAt(source: ContainerSource, digest: string): Promise<{ manifest: PushableBlob; blobs: PushableBlob[] }> {
  const { bytes, mediaType } = await source.manifest(digest)
  const read = readManifest(bytes.toString('utf8'), mediaType)
  const manifest: PushableBlob = {
    digest,
    bytes: bytes.length,
    async *read(from, to) {
      yield bytes.subarray(from, to)
    },
  }
  if (read.kind === 'index') return { manifest, blobs: [] }
  return { manifest, blobs: [read.config, ...read.layers].map((blob) => ({ ...blob, read: () => source.blob(blob) })) }
}
