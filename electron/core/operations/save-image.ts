import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import { conversionWarnings } from '#shared/images/conversion'
import { findSubformat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import type { JobOutput } from '#shared/jobs/job'
import type { EngineId, JobInput, OutputPlan } from '#shared/jobs/job-requests'
import { shellLine } from '#shared/text/shell-quote'
import { checkOutput } from '../files/checks.js'
import { requireSpace } from '../files/disk-space.js'
import { requireEngine } from '../guest/choose-engine.js'
import { applyOperations } from '../guest/engine.js'
import { openGuestFiles } from '../guest/guest-files.js'
import { withReader } from '../guest/reader.js'
import { type AppliedEdits, applyEdits } from '../guest/edits/apply-edits.js'
import { describeChanges, factsForEdits } from './preview-edits.js'
import { type ExpectedResult, expectedResult, verifyResult } from './verify-edits.js'
import { type ImageSource, openSource } from '../guest/source.js'
import type { JobContext } from './job-context.js'
import type { Host } from '../process/host.js'
import { createOverlay } from '../tools/qemu-img/create-overlay.js'
import { pinHostFiles } from './pin-host-files.js'
import { requireSound } from './convert-image.js'
import { inspectImage, readSource } from './inspect-image.js'
import { measureNeed } from './output-space.js'
import { requireUnchanged } from './require-unchanged.js'
import { finishInPlace, prepareInPlace } from './save-in-place.js'
import { convertCommand, requireSubformat, type WriteRequest, writeOutput } from './write-output.js'

/** As requested; the engine may be left to be chosen. */
type Input = Omit<JobInput<'save-image'>, 'engine'> & { readonly engine?: EngineId | 'auto' | undefined }

/** An overlay holds what an edit changes: the file, metadata around it, and a journal that is replayed (XFS logs begin at 10 MiB). */
const OVERLAY_BYTES = 64 * 1024 ** 2
/** With less than this free, an overlay could not grow by another cluster. */
const OVERLAY_FULL_BYTES = 1024 ** 2

interface Staged {
  readonly source: ImageSource
  readonly info: ImageInfo
  readonly applied: AppliedEdits
  /** What has to be in the image then. */
  readonly expected: ExpectedResult
  /** How many files and tables the edits change. */
  readonly changes: number
}

/** What saving will do: space and commands. Nothing is written. */
export async function planSave(host: Host, input: Input): Promise<OutputPlan> {
  const source = await openSource(input.source)
  const info = await inspectImage(host, input.source)
  const request = writeRequest(source, info, source.node, input, outputOf(input, source))
  const need = await measureNeed(host, source, info.virtualBytes, { ...request, fixed: false })
  const exists =
    input.target.mode === 'new-file' &&
    (await fs.lstat(input.target.output).then(
      () => true,
      () => false,
    ))
  return {
    neededBytes: need.neededBytes,
    estimateBytes: need.estimateBytes,
    freeBytes: need.freeBytes,
    fits: need.neededBytes <= need.freeBytes,
    commands: [shellLine(['qemu-img', ...convertCommand(request, request.output)])],
    warnings: conversionWarnings(info, { format: request.format, subformat: request.subformat.id }).map((warning) => warning.text),
    exists,
  }
}

/**
 * Applies staged edits in one engine run to an overlay, reads the result back, and keeps it as a new file or in place of the source.
 * The source is opened read-only throughout; in place, it is exchanged as a whole after everything was proven.
 *
 * @throws AppError `image-changed`, `nothing-to-save`, `edit-conflict`, `engine-unavailable`, `edit-not-written`, `verify-mismatch` …
 */
export async function saveImage(ctx: JobContext, input: Input): Promise<JobOutput> {
  const staged = await ctx.step('read', () => readStaged(ctx, input))
  const inPlace = input.target.mode === 'in-place' ? await prepareInPlace(ctx.host, staged.source, input.target.keepBackup) : undefined
  const target = inPlace?.target ?? (await checkNewFile(input, staged.source))
  const request = writeRequest(staged.source, staged.info, staged.source.node, input, target)
  const need = await measureNeed(ctx.host, staged.source, staged.info.virtualBytes, { ...request, fixed: false })
  await requireSpace(path.dirname(target), need.neededBytes, need.largestFileBytes)

  const written = staged.changes === 0 ? skipWriting(ctx) : await writeEdits(ctx, staged, input.engine)
  await requireUnchanged(staged.source)
  const output = await writeOutput(ctx, {
    ...request,
    ...(written ? { node: written.node, files: [written.node.path, ...staged.source.files] } : {}),
    ...(inPlace ? { private: true, beforePublish: (part) => inPlace.makeBackup(ctx, part) } : {}),
  })
  const backup = inPlace ? await finishInPlace(ctx, inPlace, input.target.mode === 'in-place' && input.target.keepBackup) : undefined
  return {
    ...output,
    proofs: [
      written
        ? `Edits read back from the image: as in the preview (${staged.changes} ${staged.changes === 1 ? 'change' : 'changes'})`
        : 'All edits have their effect already: this is a copy',
      ...output.proofs,
    ],
    ...(written ? { engine: written.engine } : {}),
    ...(backup ? { backup } : {}),
  }
}

async function writeEdits(ctx: JobContext, staged: Staged, preference: Input['engine']): Promise<{ node: BlockNode; engine: string }> {
  const written = await ctx.step('write', () => applyToOverlay(ctx, staged, preference))
  await ctx.step('read-back', () => readBack(ctx, staged, written.node))
  return written
}

function skipWriting(ctx: JobContext): undefined {
  ctx.skip('write')
  ctx.skip('read-back')
}

function outputOf(input: Input, source: ImageSource): string {
  return input.target.mode === 'new-file' ? input.target.output : source.layers[0].path
}

async function checkNewFile(input: Input, source: ImageSource): Promise<string> {
  if (input.target.mode !== 'new-file') throw new TypeError('a new file is meant')
  return checkOutput({ target: input.target.output, sources: source.files, replace: input.target.replace })
}

function writeRequest(source: ImageSource, info: ImageInfo, node: BlockNode, input: Input, output: string): WriteRequest {
  const format = (input.target.mode === 'new-file' ? input.target.format : undefined) ?? source.format
  const wanted = input.target.mode === 'new-file' ? input.target.subformat : undefined
  return {
    node,
    files: source.files,
    virtualBytes: info.virtualBytes,
    output,
    format,
    subformat: requireSubformat(format, wanted ?? sameSubformat(source, format)),
    options: [],
    verify: true,
    replace: input.target.mode === 'new-file' ? input.target.replace : true,
    requireUnchanged: () => requireUnchanged(source),
  }
}

/** A saved image keeps the subformat of its source where it can be told. */
function sameSubformat(source: ImageSource, format: string): string | undefined {
  if (format !== source.format) return undefined
  const { variant } = source.layers[0].sniff
  if (format === 'vmdk' || format === 'vdi') return findSubformat(format, variant)?.id
  if ((format === 'vhd' || format === 'vhdx') && /fixed/.test(variant)) return 'fixed'
  if (format === 'qcow2' && variant.startsWith('v2')) return 'v2'
  return undefined
}

async function readStaged(ctx: JobContext, input: Input): Promise<Staged> {
  const source = await openSource(input.source)
  if (input.revision !== undefined && input.revision !== source.revision) {
    throw new AppError('image-changed', { details: { path: source.path }, actions: [{ kind: 'reload' }] })
  }
  const { info } = await readSource(ctx.host, source)
  await requireSound(
    ctx.host,
    source,
    info.warnings.some((warning) => warning.code === 'image-in-use'),
  )
  const { applied, expected } = await withReader(ctx.host, source, async (reader) => {
    const edits = await pinHostFiles(input.edits)
    const result = await applyEdits(openGuestFiles(ctx.host, reader), info.partitions, edits, { ...input, ...factsForEdits(info) })
    return { applied: result, expected: await expectedResult(result.draft) }
  })
  const failed = applied.outcomes.find((outcome) => outcome.problem !== null)?.problem
  if (failed) throw AppError.fromData(failed)
  const changes = describeChanges(applied, info.partitions).length
  if (changes === 0 && !(input.idempotent && input.target.mode === 'new-file')) throw new AppError('nothing-to-save')
  return { source, info, applied, expected, changes }
}

async function applyToOverlay(ctx: JobContext, staged: Staged, preference: Input['engine']): Promise<{ node: BlockNode; engine: string }> {
  const { source, info, applied } = staged
  const folder = path.join(ctx.host.dirs.runtime, 'staging', ctx.jobId)
  const release = ctx.claim('folder', folder)
  ctx.defer(async () => {
    await fs.rm(folder, { recursive: true, force: true })
    release()
  })
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  await requireSpace(folder, OVERLAY_BYTES)
  const overlay = path.join(folder, 'overlay.qcow2')
  const [top] = source.layers
  await createOverlay(ctx.host, {
    path: overlay,
    backingPath: top.path,
    backingDriver: source.node.driver,
    virtualBytes: info.virtualBytes,
    access: { read: source.files, write: [folder] },
  })
  const node: BlockNode = { driver: 'qcow2', path: overlay, backing: source.node }
  const engine = await requireEngine(ctx.host, preference ?? 'auto')
  ctx.message([`Engine ${engine.id} writes the edits`, engine.caution].filter(Boolean).join('. '))
  const run = await applyOperations(engine, ctx.host, {
    disk: { node, readFiles: source.files },
    operations: applied.draft.steps().map((step) => step.operation),
    workDir: folder,
  }).catch(async (thrown: unknown) => {
    // A guest only sees a disk that fails; that there was no room for it is the cause to tell.
    if (!ctx.signal.aborted) await requireSpace(folder, OVERLAY_FULL_BYTES)
    throw thrown
  })
  for (const note of run.notes) ctx.log(note)
  return { node, engine: engine.id }
}

/** A fresh reader must see what the preview showed: an engine's own word is not enough. */
async function readBack(ctx: JobContext, staged: Staged, node: BlockNode): Promise<void> {
  const { source } = staged
  const overlay: ImageSource = { ...source, node, files: [node.path, ...source.files] }
  await withReader(ctx.host, overlay, (reader) => verifyResult(ctx.host, reader, staged.expected))
}
