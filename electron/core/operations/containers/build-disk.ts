import { mkdir, open, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseReference, printReference, type ContainerReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import { sniffFile } from '#shared/images/sniff'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { publish } from '../../files/atomic-output.js'
import { checkOutput } from '../../files/checks.js'
import { requireSpace } from '../../files/disk-space.js'
import { openSource } from '../../guest/source.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import { TOOLS } from '../../process/tool-table.js'
import { detachLoop, loopDevicesOf } from '../../tools/losetup/loop-devices.js'
import { removeOwnContainer } from '../../tools/podman/remove-own-container.js'
import { runPrivileged } from '../../tools/podman/run-privileged.js'
import type { JobContext } from '../job-context.js'
import { requireUnchanged } from '../require-unchanged.js'
import { labelOf } from '../unpack/packed-disk.js'
import { readerOf, withPackedFile } from '../unpack/packed-file.js'
import { workFolder } from '../work-folder.js'
import { writeOutput } from '../write-output.js'
import { requireSubformat } from '../write-request.js'
import { BUILDER_IMAGE, type BuildVia, builderConfig, buildRun, builtDisk } from './build/build-commands.js'
import { type BuildReadiness, readBuildReadiness, UNPACKED_RATIO } from './build/build-disk-ability.js'
import { JOB_LABEL, OWNER_LABEL, ownMark } from './own-labels.js'
import { imageForJob } from './pull-for-job.js'

type Input = JobInput<'build-disk'>

/** Less than this holds no system with room to update itself. */
const LEAST_DISK_BYTES = 10 * 1024 ** 3
const CONTROL = /[\0-\x1f\x7f]/
const DISK_GRAIN_BYTES = 1024 ** 2

interface Prepared {
  readonly reference: ContainerReference
  readonly output: string
  readonly via: BuildVia
  readonly storageRoot: string
  readonly sizeBytes: number
}

/**
 * Makes a bootable disk of a bootable container, in a private folder beside its target, and publishes it when it was found to be one. What keeps this machine from it is
 * told before anything is fetched. Throws `container-unsupported`, `bad-input`, `no-space`, `output-exists`, `tool-failed`, and what pulling throws.
 */
export async function buildDisk(ctx: JobContext, input: Input, signIns: SignInStore): Promise<JobOutput> {
  const prepared = await ctx.step('prepare', () => prepare(ctx, input, signIns))
  const folder = await workFolder(ctx, prepared.output)()
  await ctx.step('pull', () => fetchImages(ctx, signIns, input, prepared, folder))
  const disk = await ctx.step('build', () => build(ctx, input, prepared, folder))
  const label = await requireDisk(disk)
  const proofs = [
    `Made by ${prepared.via} of ${printReference(prepared.reference)}`,
    `${label}, ${formatBytes((await stat(disk)).size)} long`,
  ]
  const made = input.format === 'raw' ? await publishRaw(ctx, input, prepared, disk) : await convert(ctx, input, prepared, disk)
  return { ...made, proofs: [...proofs, ...made.proofs] }
}

async function prepare(ctx: JobContext, input: Input, signIns: SignInStore): Promise<Prepared> {
  const output = await checkOutput({ target: input.output, sources: [], replace: input.replace })
  // A volume of podman is FROM:TO, with no way to write another colon.
  if (path.dirname(output).includes(':') || path.basename(output).includes(':'))
    throw new AppError('bad-input', { details: { path: output, reason: 'podman cannot use a path with a colon in it' } })
  const odd = input.kernelArgs.find((argument) => CONTROL.test(argument))
  if (odd !== undefined)
    throw new AppError('bad-input', { details: { reason: 'a kernel argument holds no line breaks or other control characters' } })
  const readiness = await readBuildReadiness({ host: ctx.host, signIns }, input.reference, input)
  const { via, info } = requireReady(readiness)
  const needed = Math.ceil((readiness.image?.bytes ?? 0) * UNPACKED_RATIO)
  const sizeBytes = input.sizeBytes ?? Math.max(LEAST_DISK_BYTES, Math.ceil((needed * 2) / DISK_GRAIN_BYTES) * DISK_GRAIN_BYTES)
  // The raw disk holds what is written to it alone; another format is a second copy, until the first goes.
  await requireSpace(path.dirname(output), needed * (input.format === 'raw' ? 1 : 2), sizeBytes)
  return { reference: parseReference(input.reference), output, via, storageRoot: info.root, sizeBytes }
}

function requireReady({ via, info, isToolMissing, problems, commands }: BuildReadiness): {
  via: BuildVia
  info: NonNullable<BuildReadiness['info']>
} {
  if (via !== null && info !== null) return { via, info }
  if (isToolMissing === true) {
    const { binary, packages } = TOOLS.podman
    throw new AppError('tool-missing', {
      details: { tool: binary, package: packages.debian },
      actions: [{ kind: 'install-tool', tool: 'podman' }],
      toolOutput: problems.join('\n'),
    })
  }
  throw new AppError('container-unsupported', {
    details: {
      feature: 'This container',
      reason: problems.join('; '),
      next: 'Change what is named, or run the commands below on another machine.',
    },
    toolOutput: commands.join('\n'),
  })
}

async function fetchImages(
  ctx: JobContext,
  signIns: SignInStore,
  input: Input,
  { reference, via }: Prepared,
  folder: string,
): Promise<void> {
  const temporary = path.join(folder, 'tmp')
  await mkdir(temporary, { mode: 0o700 })
  const temporaryFolder = async (): Promise<string> => temporary
  await imageForJob(ctx, signIns, { reference, access: input.access, temporaryFolder })
  if (via === 'bootc') return
  await imageForJob(ctx, signIns, { reference: parseReference(BUILDER_IMAGE), access: {}, temporaryFolder })
}

/** Returns the path of the disk. */
async function build(ctx: JobContext, input: Input, { reference, via, storageRoot, sizeBytes }: Prepared, folder: string): Promise<string> {
  const disk = builtDisk(via, folder)
  if (via === 'bootc') await makeEmpty(disk, sizeBytes)
  else await writeFile(path.join(folder, 'config.toml'), builderConfig(input.kernelArgs, sizeBytes))
  const name = `diskwright-${ctx.jobId}-build`
  const release = ctx.claim('container', name)
  // After a cancel the job's own host runs nothing any more.
  const cleaner = ctx.host.bind({ signal: new AbortController().signal })
  ctx.defer(async () => {
    await removeOwnContainer(cleaner, name)
    // bootc lets go of its loop devices itself, unless it was stopped. A disk that is attached still takes its space when it was removed.
    const devices = via === 'bootc' && cleaner.has('losetup') ? await loopDevicesOf(cleaner, disk) : []
    for (const device of devices) await detachLoop(cleaner, device)
    release()
  })
  const labels = { [JOB_LABEL]: ctx.jobId, [OWNER_LABEL]: ownMark() }
  const { rootFilesystem, kernelArgs } = input
  const request = buildRun(via, { name, labels, reference, folder, storageRoot, rootFilesystem, kernelArgs })
  // What tools say on stderr is in the log by itself.
  await runPrivileged(ctx.host, request, (line, stream) => stream === 'stdout' && ctx.log(line))
  return disk
}

async function makeEmpty(file: string, bytes: number): Promise<void> {
  await (await open(file, 'wx', 0o600)).close()
  await truncate(file, bytes)
}

/** A program that ended well has not always made what it was asked for. Throws `image-damaged`. */
async function requireDisk(file: string): Promise<string> {
  const missing = (reason: string): AppError => new AppError('image-damaged', { details: { path: file, reason } })
  if ((await stat(file).catch(() => null)) === null) throw missing('There is no disk where it was to be made')
  const sniff = await withPackedFile(file, (opened) => sniffFile(readerOf(opened), opened.fileBytes))
  if (sniff.format !== 'raw' || !/GPT|MBR/.test(sniff.variant)) throw missing('What was made has no partition table')
  return labelOf(sniff)
}

async function publishRaw(ctx: JobContext, { replace }: Input, { output }: Prepared, disk: string): Promise<JobOutput> {
  const bytes = (await stat(disk)).blocks * 512
  await ctx.step('publish', async () => {
    if (ctx.signal.aborted) throw new AppError('cancelled')
    await publish({ part: disk, target: output, replace })
  })
  return { path: output, bytes, proofs: [] }
}

async function convert(ctx: JobContext, { format, replace }: Input, { output }: Prepared, disk: string): Promise<JobOutput> {
  const source = await openSource(disk)
  return writeOutput(ctx, {
    node: source.node,
    files: source.files,
    virtualBytes: (await stat(disk)).size,
    output,
    format,
    subformat: requireSubformat(format, undefined),
    options: [],
    verify: true,
    replace,
    requireUnchanged: () => requireUnchanged(source),
  })
}
