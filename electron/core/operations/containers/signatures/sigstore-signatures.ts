import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { AppError } from '#shared/errors/app-error'
import { type Descriptor, MAX_MANIFEST_BYTES, readManifest } from '#shared/containers/manifest'
import type { ContainerSource } from '../container-source.js'

const PAYLOAD_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json'
const SIGNATURE = 'dev.cosignproject.cosign/signature'
const MAX_SIGNATURES = 128
const MAX_PAYLOAD_BYTES = 64 * 1024

export interface SigstoreSignature {
  readonly payload: Buffer
  readonly signature: Buffer
}

/**
 * Signatures that cosign put beside an image: an image with the tag `sha256-HEX.sig`, each signature a layer (SIGNATURE_SPEC.md of sigstore/cosign). `fetchTag`
 * opens a tag of the same repository. Throws `blob-mismatch`, `container-invalid`, and what the registry throws.
 */
export async function readSigstoreSignatures(
  digest: string,
  fetchTag: (tag: string) => Promise<ContainerSource>,
): Promise<SigstoreSignature[]> {
  const source = await fetchTag(`${digest.replace(':', '-')}.sig`)
  try {
    const { bytes, mediaType } = await source.manifest()
    if (bytes.length > MAX_MANIFEST_BYTES) return []
    const manifest = readManifest(bytes.toString('utf8'), mediaType)
    if (manifest.kind !== 'manifest') return []
    const signed = manifest.layers.filter((layer) => layer.mediaType === PAYLOAD_TYPE && layer.annotations[SIGNATURE] !== undefined)
    const signatures: SigstoreSignature[] = []
    for (const layer of signed.slice(0, MAX_SIGNATURES)) {
      if (layer.bytes > MAX_PAYLOAD_BYTES) continue
      signatures.push({ payload: await readPayload(source, layer), signature: Buffer.from(layer.annotations[SIGNATURE] ?? '', 'base64') })
    }
    return signatures
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'container-not-found') return []
    throw thrown
  } finally {
    await source.close()
  }
}

/** Whether one of the keys made a signature: ECDSA or RSA with SHA-256, or Ed25519, as cosign makes them. */
export function isSignedBy(keys: readonly KeyObject[], { payload, signature }: SigstoreSignature): boolean {
  return keys.some((key) => verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', payload, key, signature))
}

/** Keys of a PEM file. Throws what OpenSSL says of one that is none. */
export function readPublicKey(pem: Buffer): KeyObject {
  return createPublicKey(pem)
}

async function readPayload(source: ContainerSource, layer: Descriptor): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source.blob(layer)) pieces.push(piece)
  return Buffer.concat(pieces)
}
