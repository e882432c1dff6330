import type { JobInput, OutputPlan } from '#shared/jobs/job-requests'
import { describeError } from '#shared/errors/describe-error'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'
import { readDiskSpace } from '../../files/disk-space.js'
import { openRegistry } from '../../registry/open-registry.js'
import { findManifest } from '../../registry/push-manifest.js'
import type { RegistryDeps } from '../../registry/registry-session.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import { foldersWritten } from './package-container.js'
import { checkFiles, type Destination, nameOf } from './packaging/destination.js'
import { packageCommands, packageSteps } from './packaging/package-words.js'
import { type PackagePlan, preparePackage } from './packaging/prepare-package.js'

/** What packaging a disk will do: steps, space, commands, and whether something has the name already. Nothing is written. Throws what keeps it from being made. */
export async function planPackage(host: Host, signIns: SignInStore, input: JobInput<'package-container'>): Promise<OutputPlan> {
  const plan = await preparePackage(host, input)
  try {
    const { exists, warnings } = await lookAt({ host, signIns }, plan)
    const places = foldersWritten(host.dirs, plan)
    const needed = places.reduce((sum, { bytes }) => sum + bytes, 0)
    const spaces = await Promise.all(places.map(async ({ folder, bytes }) => ({ bytes, ...(await readDiskSpace(folder)) })))
    return {
      neededBytes: needed,
      estimateBytes: plan.layerBytes,
      freeBytes: Math.min(...spaces.map(({ freeBytes }) => freeBytes), Number.MAX_SAFE_INTEGER),
      fits: spaces.every(({ bytes, freeBytes }) => bytes <= freeBytes),
      commands: packageCommands(plan),
      warnings: [...warnings, ...compressionWarnings(plan)],
      exists,
      steps: packageSteps(plan),
    }
  } finally {
    await plan.disk.close()
  }
}

interface Look {
  readonly exists: boolean
  readonly warnings: readonly string[]
}

async function lookAt(deps: RegistryDeps, { destination, input, disk }: PackagePlan): Promise<Look> {
  if (destination.kind === 'registry') return lookAtTag(deps, destination, input)
  if (destination.kind === 'storage') return { exists: false, warnings: [] }
  try {
    return { exists: await checkFiles(destination, { sources: [disk.path], replace: input.replace }), warnings: [] }
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'output-exists') return { exists: true, warnings: [] }
    throw thrown
  }
}

async function lookAtTag(
  deps: RegistryDeps,
  { registry, repository, tag, ...destination }: Extract<Destination, { kind: 'registry' }>,
  { access, addToIndex }: PackagePlan['input'],
): Promise<Look> {
  const session = await openRegistry(deps, { registry, repository, purpose: 'push', access })
  try {
    const found = await findManifest(session, tag)
    if (found === null) return { exists: false, warnings: [] }
    const name = nameOf({ registry, repository, tag, ...destination })
    const what = addToIndex ? 'The image is added to it' : 'The tag will lead to the new image; what it led to keeps its digest alone'
    return { exists: true, warnings: [`${name} is there already: ${found.digest}. ${what}`] }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw thrown
    // A plan is also for those who are not signed in yet; the job says the same as an error.
    const { title, next } = describeError(error.data)
    return { exists: false, warnings: [`Whether the tag is there is not known. ${title}: ${next}`] }
  } finally {
    await session.close()
  }
}

function compressionWarnings({ input, disk }: PackagePlan): string[] {
  if (input.compression === 'none' || disk.format !== 'qcow2') return []
  return ['A compressed qcow2 hardly gets smaller by compressing its layer, and readers have to unpack all of it to see the first byte']
}
