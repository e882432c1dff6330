import { CONTAINER_LAYOUTS } from '#shared/containers/container-requests'
import { copiesAll } from '#shared/clouds/forms/registry-form'
import { registryReference } from '#shared/clouds/forms/registry-reference'
import { flagOf, tagsOf, textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { type ContainerReference, parseReference, printReference, shortReference } from '#shared/containers/reference'
import { AppError, toAppError } from '#shared/errors/app-error'
import { shellLine } from '#shared/text/shell-quote'
import { openRegistry } from '../../registry/open-registry.js'
import { findManifest } from '../../registry/push-manifest.js'
import type { ContainerMade, ContainerWork, UploadRun } from '../cloud-provider.js'
import { type Reach, withReach } from './registry-reach.js'

const NAME_KEY = 'registry.name'
const FILE_KEY = 'registry.file'

/** A registry keeps what it has of an image by its digest: done again, only what is not there yet is sent. */
export async function executeRegistry(run: UploadRun): Promise<UploadResult> {
  const { containers } = run
  if (containers === undefined) throw new AppError('internal', { details: { message: 'container images are made by a job' } })
  run.phase('uploading')
  const made = await signedIn(run, () => withReach(run, run.values, (reach) => deliver(run, containers, reach)))
  return resultOf(run, parseReference(made.reference), made)
}

/** A sign-in may end in the middle: what arrived stays, and is found again. */
async function signedIn(run: UploadRun, work: () => Promise<ContainerMade>): Promise<ContainerMade> {
  for (;;) {
    try {
      return await work()
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code !== 'sign-in-needed') throw error
      run.phase('needs sign-in')
      await run.signInNeeded(error.data)
      run.phase('uploading')
    }
  }
}

/** Once: after a break the name may lead to what this upload made. Throws `cloud-conflict`. */
async function requireFree({ host, signal, values, journal }: UploadRun, { access, signIns }: Reach): Promise<void> {
  const reference = parseReference(registryReference(values) ?? '')
  if (reference.transport !== 'docker' || flagOf(values, 'overwrite') || flagOf(values, 'addToIndex')) return
  if (journal.get(NAME_KEY) !== undefined) return
  const [registry, repository] = [reference.registry ?? '', reference.repository ?? '']
  const session = await openRegistry({ host: host.bind({ signal }), signIns }, { registry, repository, purpose: 'push', access })
  try {
    const there = await findManifest(session, reference.tag ?? 'latest')
    const name = shortReference(reference)
    if (there !== null)
      throw new AppError('cloud-conflict', { details: { service: registry, what: name, reason: `It leads to ${there.digest}` } })
    await journal.put(NAME_KEY, 'was free')
  } finally {
    await session.close()
  }
}

/** Path of what is sent. Throws `image-changed` where it is another file than before a break. */
async function sameFile({ source, journal }: UploadRun): Promise<string> {
  const { path, identity } = await source.file()
  const before = journal.get<string>(FILE_KEY)
  if (before === undefined) await journal.put(FILE_KEY, identity)
  else if (before !== identity) throw new AppError('image-changed', { details: { path } })
  return path
}

async function deliver(run: UploadRun, containers: ContainerWork, { access, signIns }: Reach): Promise<ContainerMade> {
  await requireFree(run, { access, signIns })
  const { values, facts } = run
  const destination = registryReference(values) ?? ''
  const replace = flagOf(values, 'overwrite')
  if (facts.kind === 'container') {
    return containers.copy(
      {
        source: facts.path,
        destination,
        replace,
        all: copiesAll(values),
        keepDigests: flagOf(values, 'keepDigests'),
        to: access,
      },
      signIns,
    )
  }
  const path = await sameFile(run)
  const compression = (['gzip', 'zstd'] as const).find((name) => name === textOf(values, 'compression')) ?? 'none'
  return containers.package(
    {
      source: path,
      destination,
      replace,
      compression,
      layout: CONTAINER_LAYOUTS.find((layout) => layout === textOf(values, 'layout')) ?? 'containerdisk',
      addToIndex: flagOf(values, 'addToIndex'),
      labels: { ...tagsOf(values, 'labels') },
      architecture: textOf(values, 'architecture'),
      access,
    },
    signIns,
  )
}

function resultOf({ values, facts }: UploadRun, reference: ContainerReference, { digest, sentBytes }: ContainerMade): UploadResult {
  const name = reference.transport === 'docker' ? shortReference(reference) : printReference(reference)
  return {
    resources: [{ kind: 'container image', id: digest, name, url: null }],
    verified: 'sha256',
    next: nextSteps(reference, {
      digest,
      isArtifact: facts.kind !== 'container' && textOf(values, 'layout') === 'artifact',
      isContainerDisk: facts.kind !== 'container' && textOf(values, 'layout') === 'containerdisk',
      isPlain: flagOf(values, 'plainHttp'),
    }),
    temporary: [],
    sentBytes,
    // What was not sent was there already: none of it is known to be zero.
    skippedBytes: 0,
  }
}

interface Made {
  readonly digest: string
  readonly isArtifact: boolean
  readonly isContainerDisk: boolean
  readonly isPlain: boolean
}

/** By the digest, which leads to what was sent whatever becomes of the tag. */
function nextSteps(reference: ContainerReference, { digest, isArtifact, isContainerDisk, isPlain }: Made): UploadResult['next'] {
  const command = (title: string, line: string): UploadResult['next'][number] => ({ title, command: line, url: null })
  if (reference.transport === 'containers-storage')
    return [command('Look at it', shellLine(['podman', 'image', 'inspect', shortReference(reference)]))]
  if (reference.transport !== 'docker')
    return [command('Load it into podman', shellLine(['skopeo', 'copy', printReference(reference), 'containers-storage:localhost/boot']))]
  const pinned = `${shortReference({ ...reference, tag: null })}@${digest}`
  if (isArtifact) return [command('Fetch it', shellLine(['oras', 'pull', ...(isPlain ? ['--plain-http'] : []), pinned]))]
  const pull = command('Fetch it', shellLine(['podman', 'pull', ...(isPlain ? ['--tls-verify=false'] : []), pinned]))
  const volume = `volumes:\n  - name: boot\n    containerDisk:\n      image: ${pinned}`
  return [pull, ...(isContainerDisk ? [command('Boot it with KubeVirt, in the specification of a VirtualMachine', volume)] : [])]
}
