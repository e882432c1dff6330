import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import { conversionWarnings } from '#shared/images/conversion'
import { findSubformat, savedFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import type { JobOutput } from '#shared/jobs/job'
import { convertImageInputSchema } from '#shared/jobs/convert-request'
import type { EngineId, JobInput, OutputPlan } from '#shared/jobs/job-requests'
import { shellLine } from '#shared/text/shell-quote'
import { checkOutput, requireDescriptorName } from '../files/checks.js'
import { requireSpace } from '../files/disk-space.js'
import {
  editsProof,
  openOverlay,
  overlayBytes,
  readBack,
  resultBytes,
  type StagedEdits,
  stageEdits,
  writeToOverlay,
} from './edit-overlay.js'
import { type ImageSource, openSource } from '../guest/source.js'
import type { JobContext } from './job-context.js'
import type { Host } from '../process/host.js'
import { packerOf } from './artifacts/packers.js'
import { requireSound } from './prepare-convert.js'
import { inspectImage, readSource } from './inspect-image.js'
import { measureNeed } from './output-space.js'
import { requireUnchanged } from './require-unchanged.js'
import { finishInPlace, prepareInPlace } from './save-in-place.js'
import { writeOutput } from './write-output.js'
import { workFolder } from './work-folder.js'
import { convertCommand, requireSubformat, type WriteRequest } from './write-request.js'

/** As requested; the engine may be left to be chosen. */
type Input = Omit<JobInput<'save-image'>, 'engine'> & { readonly engine?: EngineId | 'auto' | undefined }

/** Where a result goes, and of what image it is. */
export type SaveTarget = Pick<Input, 'source' | 'target'>

interface Opened {
  readonly source: ImageSource
  readonly info: ImageInfo
  readonly staged: StagedEdits
}

/** What saving will do: space and commands. Nothing is written. */
export async function planSave(host: Host, input: Input): Promise<OutputPlan> {
  const source = await openSource(input.source)
  const info = await inspectImage(host, input.source)
  const virtualBytes = input.edits.findLast((edit) => edit.kind === 'resize-disk')?.bytes ?? info.virtualBytes
  const request = writeRequest(source, virtualBytes, source.node, input, outputOf(input, source))
  const need = await measureNeed(host, source, virtualBytes, { ...request, fixed: false })
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
  const { source, info, staged } = await ctx.step('read', () => readStaged(ctx, input))
  const inPlace = input.target.mode === 'in-place' ? await prepareInPlace(ctx.host, source, input.target.keepBackup) : undefined
  const target = inPlace?.target ?? (await checkNewFile(input, source))
  const virtualBytes = resultBytes(staged, info)
  const request = writeRequest(source, virtualBytes, source.node, input, target)
  const need = await measureNeed(ctx.host, source, virtualBytes, { ...request, fixed: false })
  await requireSpace(path.dirname(target), need.neededBytes, need.largestFileBytes)

  const written = staged.changes === 0 ? skipWriting(ctx) : await writeEdits(ctx, { source, info, staged }, input.engine)
  await requireUnchanged(source)
  const output = await writeOutput(ctx, {
    ...request,
    ...(written ? { node: written.source.node, files: written.source.files } : {}),
    ...packing(ctx, request, input, info),
    ...(inPlace ? { private: true, beforePublish: (part) => inPlace.makeBackup(ctx, part) } : {}),
  })
  const backup = inPlace ? await finishInPlace(ctx, inPlace, input.target.mode === 'in-place' && input.target.keepBackup) : undefined
  return {
    ...output,
    proofs: [written ? editsProof(staged) : 'All edits have their effect already: this is a copy', ...output.proofs],
    ...(written?.engine ? { engine: written.engine } : {}),
    ...(backup ? { backup } : {}),
  }
}

async function writeEdits(
  ctx: JobContext,
  { source, info, staged }: Opened,
  preference: Input['engine'],
): Promise<{ source: ImageSource; engine: string | undefined }> {
  const { overlay, engine } = await ctx.step('write', async () => {
    const made = await openOverlay(ctx, source, overlayBytes(staged, info))
    return { overlay: made, engine: await writeToOverlay(ctx, made, staged, preference) }
  })
  await ctx.step('read-back', () => readBack(ctx, overlay, staged))
  return { source: overlay.source, engine }
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
  if ((input.target.format ?? source.layers[0].format) === 'vmdk') requireDescriptorName(input.target.output)
  return checkOutput({ target: input.target.output, sources: source.files, replace: input.target.replace })
}

/** A format that qemu-img does not write as its readers want it is written by our own writer. */
export function packing(ctx: JobContext, request: WriteRequest, input: SaveTarget, info: ImageInfo): Pick<WriteRequest, 'packing'> {
  const { format, output } = request
  const subformat = request.subformat.id
  const packer = packerOf({ container: null, format, subformat })
  if (packer === null) return {}
  const wanted = convertImageInputSchema.parse({ source: input.source, output, format, subformat })
  return { packing: { packer, input: wanted, info, workFolder: workFolder(ctx, output) } }
}

/** How a source, or an overlay over it, is written to where it is to be kept. */
export function writeRequest(source: ImageSource, virtualBytes: number, node: BlockNode, input: SaveTarget, output: string): WriteRequest {
  const format = (input.target.mode === 'new-file' ? input.target.format : undefined) ?? savedFormat(source.format)
  const wanted = input.target.mode === 'new-file' ? input.target.subformat : undefined
  return {
    node,
    files: source.files,
    virtualBytes,
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
export function sameSubformat(source: ImageSource, format: string): string | undefined {
  if (format !== source.format) return undefined
  const { variant } = source.layers[0].sniff
  if (format === 'vmdk' || format === 'vdi') return findSubformat(format, variant)?.id
  if ((format === 'vhd' || format === 'vhdx') && /fixed/.test(variant)) return 'fixed'
  if (format === 'qcow2' && variant.startsWith('v2')) return 'v2'
  return undefined
}

async function readStaged(ctx: JobContext, input: Input): Promise<Opened> {
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
  const staged = await stageEdits(ctx.host, { source, info }, input.edits, input)
  if (staged.changes === 0 && !(input.idempotent && input.target.mode === 'new-file')) throw new AppError('nothing-to-save')
  return { source, info, staged }
}
