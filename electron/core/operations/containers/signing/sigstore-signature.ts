import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { imageManifest, type WrittenDescriptor } from '#shared/containers/package'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { type Descriptor, readManifest } from '#shared/containers/manifest'
import { AppError } from '#shared/errors/app-error'
import { pushBlob, type PushOptions } from '../../../registry/push-blob.js'
import { findManifest, putManifest } from '../../../registry/push-manifest.js'
import type { RegistrySession } from '../../../registry/registry-session.js'
import { describe, pushable, small, type SmallBlob } from '../packaging/packed-image.js'

const PAYLOAD_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json'
const SIGNATURE = 'dev.cosignproject.cosign/signature'

/** What is signed: that a name and a digest belong together (containers/image, docs/containers-signature.5.md, with the type of cosign). */
function signaturePayload(reference: string, digest: string): SmallBlob {
  return small(
    PAYLOAD_TYPE,
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': reference },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: { creator: 'Diskwright' },
    }),
  )
}

/** ECDSA and RSA over SHA-256, Ed25519 over the payload itself, as cosign has it. In base64. */
function signPayload(payload: SmallBlob, key: KeyObject): string {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', payload.content, key).toString('base64')
}

/** Every signature of ECDSA is another one: one that this key made before is known by checking it. */
function isSigned(payload: SmallBlob, signature: string | undefined, key: KeyObject): boolean {
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return signature !== undefined && verify(algorithm, payload.content, createPublicKey(key), Buffer.from(signature, 'base64'))
}

/** Tag of the image that holds the signatures of another one (cosign, specs/SIGNATURE_SPEC.md). */
function signatureTag(digest: string): string {
  return `${digest.replace(':', '-')}.sig`
}

/**
 * Puts a signature beside an image as cosign does: a layer more in the image of its signatures; others that are there stay, and one that this key made before is
 * enough. Throws what registries throw, and
 * `container-invalid` where something else has that tag.
 */
export async function pushSignature(
  session: RegistrySession,
  { reference, digest, key }: { readonly reference: string; readonly digest: string; readonly key: KeyObject },
  wait: PushOptions['wait'],
): Promise<void> {
  const payload = signaturePayload(reference, digest)
  const added: WrittenDescriptor = { ...describe(payload), annotations: { [SIGNATURE]: signPayload(payload, key) } }
  const tag = signatureTag(digest)
  const present = await presentSignatures(session, tag)
  if (present.some((layer) => layer.digest === payload.digest && isSigned(payload, layer.annotations?.[SIGNATURE], key))) return
  const layers = [...present, added]
  const config = small(
    MEDIA_TYPES.config,
    JSON.stringify({
      architecture: '',
      os: '',
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
      history: layers.map(() => ({})),
    }),
  )
  const manifest = small(MEDIA_TYPES.manifest, imageManifest({ config: describe(config), layers }))
  for (const blob of [payload, config]) await pushBlob(session, pushable(blob), { wait })
  await putManifest(session, tag, { bytes: manifest.content, mediaType: manifest.mediaType })
  const found = await findManifest(session, tag)
  if (found?.digest === manifest.digest) return
  const reason = 'The signature was not kept: the tag of the signatures leads to something else than what was written'
  throw new AppError('registry-failed', { details: { registry: session.endpoint, reason }, actions: [{ kind: 'retry' }] })
}

async function presentSignatures(session: RegistrySession, tag: string): Promise<WrittenDescriptor[]> {
  const found = await findManifest(session, tag)
  if (found === null) return []
  const manifest = readManifest(found.bytes.toString('utf8'), found.mediaType)
  if (manifest.kind === 'manifest') return manifest.layers.map(rewritten)
  throw new AppError('container-invalid', { details: { reason: `${tag} is no image of signatures` } })
}

function rewritten({ mediaType, digest, bytes, annotations }: Descriptor): WrittenDescriptor {
  return { mediaType, digest, size: bytes, annotations }
}
