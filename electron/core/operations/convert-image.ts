import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { EngineId, JobInput } from '#shared/jobs/job-requests'
import { checkOutput } from '../files/checks.js'
import { sidecarPaths } from './artifacts/sidecars.js'
import { type ConvertTarget, convertTarget } from './convert-target.js'
import { convertProof, type MadeWith } from './convert-proof.js'
import type { JobContext, StepProgress } from './job-context.js'
import { applyEditsAndSize, knowSource, type ReadySource } from './prepare-convert.js'
import { requireUnchanged } from './require-unchanged.js'
import { NO_PROGRESS } from './shared-progress.js'
import { copySnapshot } from './snapshot-copy.js'
import { type UnpackedSource, withUnpackedSource } from './unpack/unpacked-source.js'
import { whileSpaceLasts } from './watch-space.js'
import { type ImageSource, openSource } from '../guest/source.js'
import { workFolder } from './work-folder.js'
import { writeOutput } from './write-output.js'
import type { WriteRequest } from './write-request.js'

export interface ConvertSurroundings {
  readonly engine: EngineId | 'auto'
  readonly madeWith: MadeWith
}

/**
 * Makes one artifact: space checked first, edits and growth written to an overlay, packed or converted to a part file, compared with
 * the source, checked against the rules of its format and platform, then named.
 *
 * @throws AppError `image-changed` when the source was written to meanwhile; `no-space`, `size-not-taken`, `image-damaged`,
 * `verify-mismatch`, `lint-failed` …
 */
export async function convertDiskImage(ctx: JobContext, given: JobInput<'convert-image'>, around: ConvertSurroundings): Promise<JobOutput> {
  const target = convertTarget(given)
  const output = await checkNames(target, [target.input.source])
  const folder = workFolder(ctx, output)
  const opened = await openDisk(ctx, target, output)
  await checkNames(target, opened.source.files)
  const disk = await readSnapshot(ctx, target, opened, folder)
  const known = await ctx.step('prepare', () => knowSource(ctx, target, disk.source, output))
  const ready = await applyEditsAndSize(ctx, target, known, around.engine)
  const unchanged = async (): Promise<void> => {
    await disk.requireUnchanged()
    await requireUnchanged(known.source)
  }
  const made = await writeOutput(ctx, {
    ...writeRequest(target, ready, output, folder, unchanged),
    ...convertProof(ctx, target, ready, known.info, around.madeWith),
  })
  return {
    ...made,
    proofs: [...disk.proofs, ...ready.proofs, ...made.proofs],
    ...(ready.engine === undefined ? {} : { engine: ready.engine }),
  }
}

/**
 * The output and all files beside it: before any work begins, and again when all files that the source consists of are known. Returns the
 * output with the links of its folder resolved.
 */
async function checkNames({ input }: ConvertTarget, sources: readonly string[]): Promise<string> {
  for (const name of sidecarPaths(input.output, input)) {
    await checkOutput({ target: name, sources, replace: input.replace })
  }
  return checkOutput({ target: input.output, sources, replace: input.replace })
}

interface OpenDisk {
  readonly source: ImageSource
  readonly proofs: readonly string[]
  readonly requireUnchanged: () => Promise<void>
}

/** The disk in the source, unpacked where it cannot be read in place. */
async function openDisk(ctx: JobContext, { input }: ConvertTarget, output: string): Promise<OpenDisk> {
  const request = { source: input.source, member: input.member, workDir: path.dirname(output) }
  const open = (progress: StepProgress): Promise<UnpackedSource> =>
    whileSpaceLasts(ctx, request.workDir, (watched) => withUnpackedSource(watched, request, progress))
  const { source, proofs } = ctx.declares('unpack') ? await ctx.step('unpack', open) : await open(NO_PROGRESS)
  return { source, proofs, requireUnchanged: () => requireUnchanged(source) }
}

async function readSnapshot(ctx: JobContext, { input }: ConvertTarget, disk: OpenDisk, folder: () => Promise<string>): Promise<OpenDisk> {
  const { snapshot } = input
  if (snapshot === undefined) return disk
  return ctx.step('snapshot', async (progress) => {
    const copy = await copySnapshot(ctx, { source: disk.source, snapshot, folder: await folder(), verify: input.verify }, progress)
    const proof = `Snapshot ${snapshot} read${input.verify ? ', compared with what qemu-nbd reads of it: identical' : ''}`
    const { path: shown } = disk.source
    return { ...disk, source: { ...(await openSource(copy)), path: shown }, proofs: [...disk.proofs, proof] }
  })
}

function writeRequest(
  target: ConvertTarget,
  { source, virtualBytes, info }: ReadySource,
  output: string,
  folder: () => Promise<string>,
  unchanged: () => Promise<void>,
): WriteRequest {
  const { input, subformat, packer } = target
  if (packer !== null && info === null) throw new AppError('internal', { details: { message: 'a packer needs to know the image' } })
  return {
    node: source.node,
    files: source.files,
    virtualBytes,
    output,
    format: input.format,
    subformat,
    options: input.options,
    verify: input.verify,
    replace: input.replace,
    requireUnchanged: unchanged,
    digests: input.digests,
    ...(packer === null || info === null ? {} : { packing: { packer, input, info, workFolder: folder } }),
  }
}
