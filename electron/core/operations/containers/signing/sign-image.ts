import type { Access } from '#shared/containers/container-requests'
import type { JobInput } from '#shared/jobs/job-requests'
import { printReference, shortReference } from '#shared/containers/reference'
import { waitFor } from '../../../registry/push-blob.js'
import { openRegistry } from '../../../registry/open-registry.js'
import type { SignInStore } from '../../../registry/sign-in-store.js'
import { copyImage } from '../../../tools/skopeo/copy.js'
import type { JobContext } from '../../job-context.js'
import type { Destination } from '../packaging/destination.js'
import { toolAccess } from '../tool-access.js'
import { passphraseFor } from './key-passphrases.js'
import { readSigstoreKey } from './sigstore-key.js'
import { pushSignature } from './sigstore-signature.js'

export interface SignRequest {
  readonly sign: JobInput<'package-container'>['sign']
  readonly destination: Extract<Destination, { kind: 'registry' }>
  /** Of all manifests that are signed: what the tag leads to comes first, images of an index behind it. */
  readonly digests: readonly string[]
  readonly access: Access
}

/** Signs what was pushed to a registry. Returns what was done, in words; null when nothing was asked for. Throws `bad-input`, `tool-missing`, and what registries throw. */
export async function signImage(ctx: JobContext, request: SignRequest, signIns: SignInStore): Promise<string | null> {
  const { sign } = request
  if (sign === undefined) return null
  return sign.kind === 'sigstore' ? signWithKey(ctx, request, sign.keyFile, signIns) : signWithGpg(ctx, request, sign.key, signIns)
}

async function signWithKey(
  ctx: JobContext,
  { destination, digests, access }: SignRequest,
  keyFile: string,
  signIns: SignInStore,
): Promise<string> {
  const key = await readSigstoreKey(keyFile, passphraseFor(keyFile, signIns, ctx.host.env))
  const { registry, repository } = destination
  const deps = { host: ctx.host, signIns, pausePoint: () => ctx.pausePoint() }
  const session = await openRegistry(deps, { registry, repository, purpose: 'push', access })
  try {
    for (const digest of new Set(digests)) {
      await pushSignature(session, { reference: shortReference(destination.reference), digest, key }, waitFor(ctx.signal))
    }
  } finally {
    await session.close()
  }
  return `Signed in the way of sigstore, with the key ${keyFile}`
}

/** GnuPG signs through skopeo, which copies the image onto itself: the registry has all of it, so that nothing is sent but the signature. */
async function signWithGpg(
  ctx: JobContext,
  { destination, digests, access }: SignRequest,
  key: string,
  signIns: SignInStore,
): Promise<string> {
  ctx.host.find('gpg')
  const { reference, registry } = destination
  const reach = await toolAccess(ctx, signIns, destination, access)
  const source = { ...reference, tag: null, digest: digests[0] ?? null }
  await copyImage(ctx.host, {
    from: { image: printReference(source), registry, ...reach },
    to: { image: printReference(reference), registry, ...reach },
    isOwn: true,
    all: true,
    keepDigests: true,
    sign: { kind: 'gpg', key },
    signal: ctx.signal,
  })
  return `Signed with the key ${key} of GnuPG`
}
