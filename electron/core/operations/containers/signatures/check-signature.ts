import path from 'node:path'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { Access } from '#shared/containers/container-requests'
import type { SignatureReport } from '#shared/containers/container-report'
import { printReference } from '#shared/containers/reference'
import { type PolicyRequirement, requirementsFor } from '#shared/containers/signature-policy'
import type { ContainerDeps, ContainerSource } from '../container-source.js'
import { openContainerSource } from '../open-container-source.js'
import { gpgProblem } from './gpg-signatures.js'
import { dirSignatures, lookasideSignatures } from './lookaside.js'
import { keysOf, readPolicy } from './read-policy.js'
import { isSignedBy, readPublicKey, readSigstoreSignatures, type SigstoreSignature } from './sigstore-signatures.js'
import { payloadProblem } from './simple-signing.js'

export interface SignatureQuestion {
  readonly source: ContainerSource
  /** Of the index and of the image: a signature of either will do, as an index names its images by their digests. */
  readonly digests: readonly string[]
  readonly access: Access
}

type Requirement<T extends PolicyRequirement['type']> = Extract<PolicyRequirement, { type: T }>

/** Of what is asked for, the worst that was found counts. */
const WORST_FIRST: readonly SignatureReport['state'][] = ['refused', 'wrong', 'missing', 'unchecked', 'verified', 'not-required']

/**
 * What `policy.json` of this machine asks of an image, and whether it has it: all requirements of its scope have to be met. What cannot be found out is
 * `unchecked`, with the reason. Throws `cancelled`.
 */
export async function checkSignature(deps: ContainerDeps, question: SignatureQuestion): Promise<SignatureReport> {
  try {
    const found = await readPolicy(deps.host.env)
    if (found === null) return { state: 'not-required', detail: 'This machine has no policy for container images' }
    const { reference } = question.source
    const place = reference.path === null ? null : path.resolve(reference.path)
    const requirements = requirementsFor(found.policy, reference, place)
    if (requirements === null) return unchecked(`${found.file} tells storages of this machine apart`)
    const reports: SignatureReport[] = []
    for (const requirement of requirements) reports.push(await checkOne(deps, question, requirement, found.file))
    return WORST_FIRST.flatMap((state) => reports.filter((report) => report.state === state))[0] ?? unchecked('It asks for nothing')
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    if (error.code === 'container-refused') return { state: 'refused', detail: String(error.data.details.reason) }
    return unchecked(reasonOf(error))
  }
}

/**
 * Throws `container-refused` where the policy of this machine does not let an image be used: it rejects it, a signature is missing or wrong, or what it asks
 * for cannot be checked.
 */
export async function requireTrusted(deps: ContainerDeps, question: SignatureQuestion): Promise<SignatureReport> {
  const report = await checkSignature(deps, question)
  if (report.state === 'not-required' || report.state === 'verified') return report
  const policy = (await readPolicy(deps.host.env).catch(() => null))?.file ?? 'policy.json'
  throw new AppError('container-refused', {
    details: { reference: printReference(question.source.reference), reason: report.detail, policy },
  })
}

async function checkOne(
  deps: ContainerDeps,
  question: SignatureQuestion,
  requirement: PolicyRequirement,
  file: string,
): Promise<SignatureReport> {
  switch (requirement.type) {
    case 'insecureAcceptAnything':
      return { state: 'not-required', detail: `${file} takes it without a signature` }
    case 'reject':
      return { state: 'refused', detail: `${file} rejects images of this place` }
    case 'signedBaseLayer':
      return unchecked('The policy asks for a signature of the base layer, which no program checks')
    case 'sigstoreSigned':
      return checkSigstore(deps, question, requirement)
    case 'signedBy':
      return checkGpg(deps, question, requirement)
  }
}

async function checkSigstore(
  deps: ContainerDeps,
  question: SignatureQuestion,
  requirement: Requirement<'sigstoreSigned'>,
): Promise<SignatureReport> {
  if (requirement.fulcio !== undefined || requirement.pki !== undefined)
    return unchecked('The policy asks for a certificate of Fulcio or of another authority, which Diskwright does not check')
  const rekor = [
    requirement.rekorPublicKeyPath,
    requirement.rekorPublicKeyPaths,
    requirement.rekorPublicKeyData,
    requirement.rekorPublicKeyDatas,
  ]
  if (rekor.some((key) => key !== undefined))
    return unchecked('The policy asks for an entry in a log of Rekor, which Diskwright does not check')
  const { source, digests } = question
  if (source.reference.transport !== 'docker')
    return missing('Signatures of sigstore lie beside images at registries, and this one comes from elsewhere')
  const keys = (await keysOf(requirement)).map(readPublicKey)
  const signatures: SigstoreSignature[] = []
  for (const digest of new Set(digests)) signatures.push(...(await readSigstoreSignatures(digest, (tag) => openTag(deps, question, tag))))
  if (signatures.length === 0) return missing('It has no signature of sigstore')
  const image = { reference: source.reference, digests }
  let problem = ''
  for (const signature of signatures) {
    const wrong = isSignedBy(keys, signature)
      ? payloadProblem(signature.payload, 'cosign container image signature', image, requirement.signedIdentity)
      : 'it was not made by a key of the policy'
    if (wrong === null) return { state: 'verified', detail: 'A key of the policy signed it (sigstore)' }
    problem = wrong
  }
  return { state: 'wrong', detail: `Its signature is not good: ${problem}` }
}

async function checkGpg(
  { host }: ContainerDeps,
  { source, digests }: SignatureQuestion,
  requirement: Requirement<'signedBy'>,
): Promise<SignatureReport> {
  const { reference } = source
  const signatures: Buffer[] = []
  if (reference.transport === 'dir') signatures.push(...(await dirSignatures(path.resolve(reference.path ?? ''))))
  if (reference.transport === 'docker')
    for (const digest of new Set(digests)) signatures.push(...(await lookasideSignatures(host, reference, digest)))
  if (signatures.length === 0) return missing('It has no signature of GnuPG')
  const problem = await gpgProblem(host, await keysOf(requirement), signatures, { reference, digests }, requirement.signedIdentity)
  if (problem === null) return { state: 'verified', detail: 'A key of the policy signed it (GnuPG)' }
  return { state: 'wrong', detail: `Its signature is not good: ${problem}` }
}

function openTag(deps: ContainerDeps, { source, access }: SignatureQuestion, tag: string): Promise<ContainerSource> {
  return openContainerSource(deps, printReference({ ...source.reference, tag, digest: null }), access)
}

function missing(detail: string): SignatureReport {
  return { state: 'missing', detail }
}

function unchecked(detail: string): SignatureReport {
  return { state: 'unchecked', detail }
}

function reasonOf({ code, data, message }: AppError): string {
  return `Its signature could not be checked: ${String(data.details.reason ?? data.details.message ?? (code === 'internal' ? message : code))}`.slice(
    0,
    400,
  )
}
