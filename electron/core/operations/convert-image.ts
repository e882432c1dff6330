import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { conversionWarnings } from '#shared/images/conversion'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput, OutputPlan } from '#shared/jobs/job-requests'
import { shellLine } from '#shared/text/shell-quote'
import { checkOutput } from '../files/checks.js'
import { readDiskSpace, requireSpace } from '../files/disk-space.js'
import { type ImageSource, openSource } from '../guest/source.js'
import type { JobContext } from './job-context.js'
import { withReader } from '../guest/reader.js'
import type { Host } from '../process/host.js'
import { checkImage } from '../tools/qemu-img/check.js'
import { inspectImage } from './inspect-image.js'
import { measureNeed } from './output-space.js'
import { requireUnchanged } from './require-unchanged.js'
import { convertCommand, requireSubformat, type WriteRequest, writeOutput } from './write-output.js'

type Input = JobInput<'convert-image'>

/** What a conversion will do: space, command, warnings. Nothing is written. */
export async function planConvert(host: Host, input: Input): Promise<OutputPlan> {
  const source = await openSource(input.source)
  const info = await inspectImage(host, input.source)
  const request = writeRequest(source, info.virtualBytes, input)
  const need = await measureNeed(host, source, info.virtualBytes, { ...request, fixed: isFixed(request) })
  const { maxFileBytes } = await readDiskSpace(path.dirname(input.output))
  const existing = await checkOutput({ target: input.output, sources: source.files, replace: input.replace }).then(
    () => false,
    (thrown: unknown) => {
      if (thrown instanceof AppError && thrown.code === 'output-exists') return true
      throw thrown
    },
  )
  return {
    neededBytes: need.neededBytes,
    estimateBytes: need.estimateBytes,
    freeBytes: need.freeBytes,
    fits: need.neededBytes <= need.freeBytes && (maxFileBytes === null || need.largestFileBytes <= maxFileBytes),
    commands: [shellLine(['qemu-img', ...convertCommand(request, input.output)])],
    warnings: conversionWarnings(info, { format: request.format, subformat: request.subformat.id }, maxFileBytes ?? undefined).map(
      (warning) => warning.text,
    ),
    exists: existing,
  }
}

/**
 * Converts an image: space checked first, written to a part file, compared with the source, checked, then named.
 *
 * @throws AppError `image-changed` when the source was written to meanwhile; `no-space`, `image-damaged`, `verify-mismatch` …
 */
export async function convertDiskImage(ctx: JobContext, input: Input): Promise<JobOutput> {
  const prepared = await ctx.step('prepare', () => prepareConvert(ctx, input))
  const output = await writeOutput(ctx, prepared.request)
  return output
}

async function prepareConvert(ctx: JobContext, input: Input): Promise<{ request: WriteRequest }> {
  const source = await openSource(input.source)
  const output = await checkOutput({ target: input.output, sources: source.files, replace: input.replace })
  const { virtualBytes, inUse } = await withReader(ctx.host, source, async (reader) => ({
    virtualBytes: reader.virtualBytes,
    inUse: reader.inUse,
  }))
  const request = writeRequest(source, virtualBytes, { ...input, output })
  const [need] = await Promise.all([
    measureNeed(ctx.host, source, virtualBytes, { ...request, fixed: isFixed(request) }),
    requireSound(ctx.host, source, inUse),
  ])
  await requireSpace(path.dirname(output), need.neededBytes, need.largestFileBytes)
  return { request }
}

function writeRequest(source: ImageSource, virtualBytes: number, input: Input): WriteRequest {
  return {
    node: source.node,
    files: source.files,
    virtualBytes,
    output: input.output,
    format: input.format,
    subformat: requireSubformat(input.format, input.subformat),
    options: input.options,
    verify: input.verify,
    replace: input.replace,
    requireUnchanged: () => requireUnchanged(source),
  }
}

function isFixed(request: WriteRequest): boolean {
  return /fixed|static|flat/i.test(request.subformat.id)
}

/**
 * Refuses to copy what is being written to, or is damaged: a truncated qcow2 converts without complaint, with zeros in place of what
 * is missing (measured with QEMU 7.2).
 */
export async function requireSound(host: Host, source: ImageSource, inUse: boolean): Promise<void> {
  if (inUse) {
    throw new AppError('image-in-use', { details: { path: source.path }, actions: [{ kind: 'retry' }] })
  }
  for (const layer of source.layers) {
    if (layer.format === 'raw' || layer.format === 'vhd') continue
    const result = await checkImage(host, { driver: layer.format, path: layer.path, access: { read: source.files } })
    if (result.verdict !== 'corrupt') continue
    throw new AppError('image-damaged', {
      details: { path: layer.path, reason: `qemu-img check found ${result.corruptions} damaged places; a copy would have zeros there` },
    })
  }
}
