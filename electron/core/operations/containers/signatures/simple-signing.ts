import { z } from 'zod'
import type { ContainerReference } from '#shared/containers/reference'
import { identityMatches, type SignedIdentity } from '#shared/containers/signature-policy'

const payloadSchema = z.object({
  critical: z.object({
    type: z.string(),
    image: z.object({ 'docker-manifest-digest': z.string() }),
    identity: z.object({ 'docker-reference': z.string() }),
  }),
})

/** What is signed has to be of this type: of GnuPG (containers-signature(5)), or of cosign (SIGNATURE_SPEC.md of sigstore/cosign). */
export type PayloadType = 'atomic container signature' | 'cosign container image signature'

export interface SignedImage {
  readonly reference: ContainerReference
  /** Of its index and of itself: who signs the index, signs all in it. */
  readonly digests: readonly string[]
}

/** What is wrong with a payload whose signature is right, in words; null when nothing is. */
export function payloadProblem(payload: Buffer, type: PayloadType, image: SignedImage, identity: SignedIdentity): string | null {
  const read = payloadSchema.safeParse(parse(payload))
  if (!read.success || read.data.critical.type !== type) return 'what it signs is no image'
  const { critical } = read.data
  if (!image.digests.includes(critical.image['docker-manifest-digest'])) return 'it signs another image'
  const name = critical.identity['docker-reference']
  return identityMatches(identity, name, image.reference) ? null : `it is for ${name.slice(0, 200)}`
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    return null
  }
}
