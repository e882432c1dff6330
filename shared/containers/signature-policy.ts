import { z } from 'zod'
import { AppError } from '../errors/app-error.js'
import type { ContainerReference } from './reference.js'

/** Whom a signature has to be for (containers-policy.json(5), `signedIdentity`). */
const identitySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('matchExact') }),
  z.strictObject({ type: z.literal('matchRepoDigestOrExact') }),
  z.strictObject({ type: z.literal('matchRepository') }),
  z.strictObject({ type: z.literal('exactReference'), dockerReference: z.string() }),
  z.strictObject({ type: z.literal('exactRepository'), dockerRepository: z.string() }),
  z.strictObject({ type: z.literal('remapIdentity'), prefix: z.string(), signedPrefix: z.string() }),
])
export type SignedIdentity = z.infer<typeof identitySchema>

const path = z.string().startsWith('/')
const keys = {
  keyPath: path.optional(),
  keyPaths: z.array(path).min(1).optional(),
  keyData: z.base64().optional(),
}
const signedIdentity = identitySchema.default({ type: 'matchRepoDigestOrExact' })
const rekor = z.union([z.string(), z.array(z.string())]).optional()

const requirementSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('insecureAcceptAnything') }),
  z.strictObject({ type: z.literal('reject') }),
  z.strictObject({ type: z.literal('signedBy'), keyType: z.literal('GPGKeys'), ...keys, signedIdentity }),
  z.strictObject({ type: z.literal('signedBaseLayer'), baseLayerIdentity: identitySchema }),
  z.strictObject({
    type: z.literal('sigstoreSigned'),
    ...keys,
    keyDatas: z.array(z.base64()).min(1).optional(),
    fulcio: z.unknown().optional(),
    pki: z.unknown().optional(),
    rekorPublicKeyPath: rekor,
    rekorPublicKeyPaths: rekor,
    rekorPublicKeyData: rekor,
    rekorPublicKeyDatas: rekor,
    signedIdentity,
  }),
])
export type PolicyRequirement = z.infer<typeof requirementSchema>

const requirements = z.array(requirementSchema).min(1)
const policySchema = z.strictObject({
  default: requirements,
  transports: z.record(z.string(), z.record(z.string(), requirements)).default({}),
})
export type SignaturePolicy = z.infer<typeof policySchema>

/** A policy with anything in it that is not known is none: what it asks for would not be done. Throws `container-refused`. */
export function parsePolicy(text: string, file: string): SignaturePolicy {
  const bad = (reason: string): AppError =>
    new AppError('container-refused', { details: { policy: file, reason: `The policy cannot be read: ${reason}`.slice(0, 400) } })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw bad('it is no JSON')
  }
  const read = policySchema.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    throw bad(`${issue?.path.join('.') || 'at its beginning'}: ${issue?.message ?? 'it is wrong'}`)
  }
  for (const requirement of allRequirements(read.data)) {
    if (requirement.type !== 'signedBy' && requirement.type !== 'sigstoreSigned') continue
    const sources = [
      requirement.keyPath,
      requirement.keyPaths,
      requirement.keyData,
      'keyDatas' in requirement ? requirement.keyDatas : undefined,
    ]
    const others = 'fulcio' in requirement || 'pki' in requirement ? [requirement.fulcio, requirement.pki] : []
    if ([...sources, ...others].filter((source) => source !== undefined).length !== 1)
      throw bad(`${requirement.type} has to name its keys in exactly one way`)
  }
  return read.data
}

/**
 * What a policy asks of images at a place: of the most exact scope, else of the transport, else of all. `place` is an absolute path for files.
 * Null where the scopes cannot be told apart here, as those of local storage.
 */
export function requirementsFor(
  policy: SignaturePolicy,
  reference: ContainerReference,
  place: string | null,
): readonly PolicyRequirement[] | null {
  const scopes = policy.transports[reference.transport]
  if (scopes === undefined) return policy.default
  if (reference.transport === 'containers-storage' && Object.keys(scopes).some((scope) => scope !== '')) return null
  const names = reference.transport === 'docker' ? dockerScopes(reference) : fileScopes(reference, place)
  for (const name of [...names, '']) {
    const found = Object.hasOwn(scopes, name) ? scopes[name] : undefined
    if (found !== undefined) return found
  }
  return policy.default
}

/** `HOST/REPO:TAG`, `HOST/REPO`, `HOST/PART`, `HOST`, `*.DOMAIN` (containers/image, docker/policyconfiguration). */
export function dockerScopes(reference: ContainerReference): string[] {
  const registry = reference.registry ?? 'docker.io'
  const name = repositoryName(reference)
  const exact = reference.digest === null ? `${name}:${reference.tag ?? 'latest'}` : `${name}@${reference.digest}`
  const parts = name.split('/')
  const prefixes = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
  const domains = registry.replace(/:\d+$/, '').split('.')
  return [exact, ...prefixes, ...domains.slice(1).map((_, index) => `*.${domains.slice(index + 1).join('.')}`)]
}

/** `HOST/REPO`; images of Docker Hub without a user belong to `library`. */
export function repositoryName({ registry, repository }: ContainerReference): string {
  const host = registry ?? 'docker.io'
  const isLibrary = host === 'docker.io' && repository !== null && !repository.includes('/')
  return `${host}/${isLibrary ? 'library/' : ''}${repository ?? ''}`
}

/** Whether the name in a signature is that of the image. Unknown names never match. */
export function identityMatches(identity: SignedIdentity, signed: string, reference: ContainerReference): boolean {
  const name = splitName(signed)
  if (name === null) return false
  const wanted = repositoryName(reference)
  const tag = reference.tag ?? 'latest'
  switch (identity.type) {
    case 'matchRepository':
      return name.repository === wanted
    case 'matchExact':
      return reference.digest === null && name.repository === wanted && name.tag === tag
    case 'matchRepoDigestOrExact':
      return name.repository === wanted && (reference.digest !== null || name.tag === tag)
    case 'exactReference': {
      const exact = splitName(identity.dockerReference)
      return exact !== null && exact.tag !== null && name.repository === exact.repository && name.tag === exact.tag
    }
    case 'exactRepository':
      return name.repository === splitName(identity.dockerRepository)?.repository
    case 'remapIdentity': {
      const remapped = remap(wanted, identity.prefix, identity.signedPrefix)
      return name.repository === remapped && (reference.digest !== null || name.tag === tag)
    }
  }
}

function remap(name: string, prefix: string, signedPrefix: string): string {
  return name === prefix || name.startsWith(`${prefix}/`) ? signedPrefix + name.slice(prefix.length) : name
}

function splitName(text: string): { repository: string; tag: string | null } | null {
  const match = /^([^\s:@/]+(?::\d+)?(?:\/[^\s:@/]+)+?)(?::([\w][\w.-]{0,127}))?(?:@sha256:[0-9a-f]{64})?$/.exec(text)
  return match?.[1] === undefined ? null : { repository: match[1], tag: match[2] ?? null }
}

/** The name of the image in it, its file or folder, and the folders above. An archive of docker has no scopes of its own. */
function fileScopes({ transport, repository }: ContainerReference, place: string | null): string[] {
  if (transport === 'docker-archive' || place === null) return []
  const parts = place.split('/')
  const folders = parts.map((_, index) => parts.slice(0, parts.length - index).join('/')).filter((folder) => folder !== '')
  return [...(repository === null ? [] : [`${place}:${repository}`]), ...folders]
}

function allRequirements({ default: fallback, transports }: SignaturePolicy): PolicyRequirement[] {
  return [...fallback, ...Object.values(transports).flatMap((scopes) => Object.values(scopes).flat())]
}
