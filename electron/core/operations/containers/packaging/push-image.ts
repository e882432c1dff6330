import { MAX_CONFIG_BYTES } from '#shared/containers/manifest'
import { AppError } from '#shared/errors/app-error'
import { type BlobMemory, pushBlob, waitFor } from '../../../registry/push-blob.js'
import { findManifest, type FoundManifest, putManifest } from '../../../registry/push-manifest.js'
import type { RegistrySession } from '../../../registry/registry-session.js'
import type { JobContext, StepProgress } from '../../job-context.js'
import { type PackedImage, pushable, type SmallBlob } from './packed-image.js'
import { indexWith } from './present-image.js'

/** Times that an index is put together anew because the tag moved in between. */
const MAX_MOVES = 3

export interface PushTarget {
  readonly session: RegistrySession
  readonly tag: string
  readonly addToIndex: boolean
  readonly mountFrom: readonly string[]
  readonly memory?: BlobMemory | undefined
}

export interface SentImage {
  /** Bytes that went over the wire. */
  readonly sentBytes: number
  readonly layer: 'present' | 'mounted' | 'sent'
}

/** Brings the blobs of an image to a registry; none bears a name yet. What is there already, perhaps from a try before, is not sent. */
export async function pushBlobs(ctx: JobContext, image: PackedImage, target: PushTarget, progress: StepProgress): Promise<SentImage> {
  const { layer } = image
  const wait = waitFor(ctx.signal, (seconds) => ctx.log(`The registry broke off; asking it again in ${seconds} s`))
  const pushed = await pushBlob(target.session, layer, {
    wait,
    mountFrom: target.mountFrom,
    memory: target.memory,
    onBytes: (bytes) => progress.bytes(bytes, layer.bytes),
  })
  const config = await pushBlob(target.session, pushable(image.config), { wait })
  return { sentBytes: pushed.sentBytes + config.sentBytes, layer: pushed.how }
}

/**
 * Gives the image its name: the manifest under the tag, or under its digest and an index with it under the tag. Then reads the tag back. Returns what the tag
 * leads to. Throws `registry-failed` when someone else moves the tag at the same time, and what registries throw.
 */
export async function nameImage(image: PackedImage, target: PushTarget): Promise<SmallBlob> {
  const { session, tag } = target
  if (!target.addToIndex) {
    await put(session, tag, image.manifest)
    return readBack(session, tag, image.manifest)
  }
  await put(session, image.manifest.digest, image.manifest)
  for (let tries = 1; ; tries += 1) {
    const present = await findManifest(session, tag)
    const index = await indexWith(image.descriptor, present, (descriptor) => readConfig(session, descriptor))
    // Registries know no "only if it is still the same": asking right before and after is what there is.
    const now = await findManifest(session, tag)
    if (now?.digest !== present?.digest) {
      if (tries >= MAX_MOVES) throw moved(session, tag)
      continue
    }
    await put(session, tag, index)
    return readBack(session, tag, index)
  }
}

async function put(session: RegistrySession, name: string, { content, mediaType }: SmallBlob): Promise<void> {
  await putManifest(session, name, { bytes: content, mediaType })
}

async function readBack(session: RegistrySession, tag: string, written: SmallBlob): Promise<SmallBlob> {
  const found: FoundManifest | null = await findManifest(session, tag)
  if (found?.digest !== written.digest) throw moved(session, tag)
  return written
}

async function readConfig(session: RegistrySession, { digest }: { readonly digest: string }): Promise<Buffer> {
  const response = await session.request({ method: 'GET', path: `blobs/${digest}` })
  return response.bytes(MAX_CONFIG_BYTES)
}

function moved(session: RegistrySession, tag: string): AppError {
  const reason = `The tag ${tag} leads to something else than what was written: someone else moves it at the same time`
  return new AppError('registry-failed', { details: { registry: session.endpoint, reason }, actions: [{ kind: 'retry' }] })
}
