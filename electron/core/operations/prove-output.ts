import { AppError } from '#shared/errors/app-error'
import { FORMATS } from '#shared/images/formats'
import { checkImage } from '../tools/qemu-img/check.js'
import { syncFile } from '../files/sync.js'
import { type Digests, digestFile } from './artifacts/digest-file.js'
import { sameContent } from './compare/same-content.js'
import type { JobContext, StepProgress } from './job-context.js'
import type { WrittenDisk } from './write-disk.js'
import type { WriteRequest } from './write-request.js'

export interface Written {
  readonly disk: WrittenDisk
  /** All files of the result, under the names that they have until it is published. */
  readonly files: readonly string[]
}

/** Digests of each file of a result, by its path. */
export type FileDigests = ReadonlyMap<string, Digests>

/**
 * Compares what was written with the source and flushes it meanwhile: the disk is kept busy with what has to be flushed anyway while
 * the processor compares. Digests are computed in the same time, from what the comparison has just read.
 */
export async function compareWritten(
  ctx: JobContext,
  request: WriteRequest,
  written: Written,
  progress: StepProgress,
): Promise<FileDigests> {
  const [same, digests] = await Promise.all([
    sameAsSource(ctx, request, written, progress),
    digestWritten(ctx, request, written),
    ...written.files.map((file) => syncFile(file)),
  ])
  if (same) return digests
  await request.requireUnchanged()
  throw new AppError('verify-mismatch', { details: { path: request.output } })
}

async function sameAsSource(ctx: JobContext, request: WriteRequest, { disk, files }: Written, progress: StepProgress): Promise<boolean> {
  if (disk.compare) return disk.compare(progress)
  if (disk.disk === null) return false
  const { node, virtualBytes } = request
  return sameContent(ctx, { left: node, right: disk.disk, files: [...request.files, ...files], virtualBytes }, (fraction) =>
    progress.bytes(fraction * virtualBytes, virtualBytes),
  )
}

/** What the writer did not compute itself. */
export async function digestWritten(ctx: JobContext, request: WriteRequest, { disk, files }: Written): Promise<FileDigests> {
  const wanted = request.digests ?? []
  const rows = new Map<string, Digests>()
  for (const file of wanted.length > 0 ? files : []) {
    const known = files.length === 1 ? disk.digests : {}
    const missing = wanted.filter((name) => known[name] === undefined)
    rows.set(file, missing.length === 0 ? known : { ...known, ...(await digestFile(file, missing, { signal: ctx.signal })) })
  }
  return rows
}

/** Asks the format's own check and the rules of format and platform. Returns what was proven. Throws `check-failed`, `lint-failed`. */
export async function checkWritten(ctx: JobContext, request: WriteRequest, { disk, files }: Written): Promise<string[]> {
  const proofs: string[] = []
  // In a package, qemu-img would have to guess where the disk begins.
  if (FORMATS[request.format].checkable && disk.disk !== null && disk.disk.window === undefined) {
    const result = await checkImage(ctx.host, { driver: disk.disk.driver, path: disk.disk.path, access: { read: files } })
    if (result.verdict === 'corrupt' || result.verdict === 'leaks') {
      throw new AppError('check-failed', { details: { path: request.output, corruptions: result.corruptions, leaks: result.leaks } })
    }
    if (result.verdict === 'clean') proofs.push('qemu-img check: no errors')
  }
  return [...proofs, ...((await request.lint?.(disk.disk?.path ?? files[0] ?? '')) ?? [])]
}
