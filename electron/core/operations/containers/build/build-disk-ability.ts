import { stat } from 'node:fs/promises'
import path from 'node:path'
import { isBootable } from '#shared/containers/bootable-labels'
import type { ContainerImage, ContainerReport } from '#shared/containers/container-report'
import type { Access, BuildDiskAbility } from '#shared/containers/container-requests'
import { machinePlatform } from '#shared/containers/platform-match'
import { type ContainerReference, parseReference, printReference } from '#shared/containers/reference'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { formatBytes } from '#shared/text/bytes'
import { shellLine } from '#shared/text/shell-quote'
import { showControl } from '#shared/text/visible'
import { readDiskSpace } from '../../../files/disk-space.js'
import { type PodmanInfo, readPodmanInfo } from '../../../tools/podman/info.js'
import { probePodmanRun } from '../../../tools/podman/probe-run.js'
import { runArgs } from '../../../tools/podman/run-privileged.js'
import type { ContainerDeps } from '../container-source.js'
import { inspectContainer } from '../inspect-container.js'
import { storedName } from '../storage-source.js'
import { BUILDER_IMAGE, type BuildVia, buildRun } from './build-commands.js'

/** Unpacked, an image takes more than twice of what its layers do. */
export const UNPACKED_RATIO = 2.5

export interface BuildWishes {
  readonly via: BuildVia | 'auto'
  readonly rootFilesystem?: string | undefined
  readonly kernelArgs: readonly string[]
  readonly access: Access
}

/** As people see it, and what the job needs of it. */
export interface BuildReadiness extends BuildDiskAbility {
  readonly info: PodmanInfo | null
  /** The image for this machine; null where it could not be looked at. */
  readonly image: ContainerImage | null
}

/**
 * Whether this machine can make a disk of a bootable container, found out by trying what can be tried without harm. Everything that stands in the way is told at once.
 * Throws `bad-input` for what is no reference, and `cancelled`.
 */
export async function readBuildReadiness(deps: ContainerDeps, reference: string | null, wishes: BuildWishes): Promise<BuildReadiness> {
  const parsed = reference === null ? null : parseReference(reference)
  const [machine, looked] = await Promise.all([lookAtMachine(deps), parsed === null ? NOT_ASKED : lookAtImage(deps, parsed, wishes.access)])
  const via = wishes.via === 'auto' ? viaFor(looked.image) : wishes.via
  const space = machine.info === null || looked.image === null ? [] : await spaceProblems(machine.info, looked.image, parsed)
  const problems = [...machine.problems, ...looked.problems, ...space]
  return {
    via: problems.length === 0 ? via : null,
    ...(deps.host.has('podman') ? {} : { isToolMissing: true }),
    problems,
    commands: parsed === null ? [] : commandsOf(via, parsed, machine.info, wishes),
    info: machine.info,
    image: looked.image,
  }
}

/** An image that says of itself that it has bootc installs itself; older ones need the builder. */
function viaFor(image: ContainerImage | null): BuildVia {
  return image !== null && !('containers.bootc' in image.labels) ? 'bootc-image-builder' : 'bootc'
}

async function lookAtMachine({ host }: ContainerDeps): Promise<{ info: PodmanInfo | null; problems: string[] }> {
  if (!host.has('podman')) return { info: null, problems: ['podman is not installed: install the package podman'] }
  let info: PodmanInfo
  try {
    info = await readPodmanInfo(host)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    return { info: null, problems: [`podman does not work here: ${lastLine(error.data.toolOutput) || error.message}`] }
  }
  const problems: string[] = []
  const { REGISTRY_AUTH_FILE: authFile } = host.env
  const lacksAuthFile = authFile !== undefined && authFile !== '' && !(await isThere(authFile))
  if (lacksAuthFile) {
    const reason = 'podman runs nothing before it is there, or that variable is not set any more'
    problems.push(`The variable REGISTRY_AUTH_FILE names ${showControl(authFile)}, and there is no such file: ${reason}`)
  }
  if (info.isRootless) {
    problems.push(
      'A disk is partitioned and mounted for this, which only root may do: run the commands as root, or `sudo diskwright build-disk`',
    )
  } else if (!lacksAuthFile) {
    const stopped = await probePodmanRun(host)
    if (stopped !== null) problems.push(`podman cannot run containers here: ${stopped}`)
  }
  if (!(await isThere('/dev/loop-control'))) problems.push('The kernel has no loop devices: load them with `sudo modprobe loop`')
  return { info, problems }
}

interface Looked {
  readonly image: ContainerImage | null
  readonly problems: string[]
}
const NOT_ASKED: Looked = { image: null, problems: [] }

async function lookAtImage(deps: ContainerDeps, reference: ContainerReference, access: Access): Promise<Looked> {
  const place = placeProblem(reference)
  if (place !== null) return { image: null, problems: [place] }
  let report: ContainerReport
  try {
    report = await inspectContainer(deps, printReference(reference), access)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    const { title, next } = describeError(error.data)
    return { image: null, problems: [`${title}. ${next}`] }
  }
  return { image: imageForMachine(report), problems: imageProblems(report) }
}

/** podman runs what is in its own storage, or can be pulled into it. */
function placeProblem(reference: ContainerReference): string | null {
  if (reference.transport === 'containers-storage') return null
  if (reference.transport === 'docker') return reference.registry === null ? 'The reference names no registry: write it in full' : null
  return `Only images of registries and of local storage can be run: first \`diskwright containers copy ${printReference(reference)} containers-storage:localhost/NAME\``
}

function imageForMachine(report: ContainerReport): ContainerImage | null {
  return report.images.find(({ digest }) => digest === report.preferred) ?? null
}

/** What of an image keeps it from being made into a disk on this machine. */
function imageProblems(report: ContainerReport): string[] {
  const image = imageForMachine(report)
  if (image === null) return ['The reference leads to no image']
  if (image.kind === 'artifact') return ['It is no image that could be run, but an artifact: take the disk out of it instead']
  const machine = machinePlatform(process.arch)
  const { platform } = image
  const refused = report.signature.state === 'refused' || report.signature.state === 'missing' || report.signature.state === 'wrong'
  return [
    ...(isBootable(image.labels) ? [] : ['It is no bootable container: it has neither the label containers.bootc nor ostree.bootable']),
    ...(platform === null || platform.architecture === machine.architecture
      ? []
      : [
          `It is for ${platform.architecture}, and this machine is ${machine.architecture ?? process.arch}: build it on a machine of its own kind`,
        ]),
    ...(refused ? [`The policy of this machine does not allow it: ${report.signature.detail}`] : []),
  ]
}

/** For the image in podman's storage; the disk's own space is looked at when its place is known. */
async function spaceProblems(info: PodmanInfo, image: ContainerImage, reference: ContainerReference | null): Promise<string[]> {
  if (reference?.transport === 'containers-storage') return []
  const { freeBytes } = await readDiskSpace(await nearestFolder(info.root))
  const neededBytes = Math.ceil(image.bytes * UNPACKED_RATIO)
  if (freeBytes >= neededBytes) return []
  return [
    `The image needs about ${formatBytes(neededBytes)} in ${info.root}, where ${formatBytes(freeBytes)} are free: free some space there`,
  ]
}

function commandsOf(via: BuildVia, reference: ContainerReference, info: PodmanInfo | null, wishes: BuildWishes): string[] {
  const run = buildRun(via, {
    name: 'diskwright-build',
    labels: {},
    reference,
    folder: '/output/folder',
    storageRoot: info?.root ?? '/var/lib/containers/storage',
    rootFilesystem: wishes.rootFilesystem,
    kernelArgs: wishes.kernelArgs,
  })
  const images = [...(reference.transport === 'docker' ? [storedName(reference)] : []), ...(via === 'bootc' ? [] : [BUILDER_IMAGE])]
  return [...images.map((image) => shellLine(['podman', 'pull', image])), shellLine(['podman', ...runArgs(run)])]
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

async function nearestFolder(folder: string): Promise<string> {
  return folder === '/' || (await isThere(folder)) ? folder : nearestFolder(path.dirname(folder))
}

function lastLine(text = ''): string {
  return (
    text
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.replace(/^Error: /, '') ?? ''
  )
}
