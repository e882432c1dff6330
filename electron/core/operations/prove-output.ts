import { stat } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import { FORMATS } from '#shared/images/formats'
import type { DigestName } from '#shared/jobs/convert-request'
import { checkImage } from '../tools/qemu-img/check.js'
import { mapImage } from '../tools/qemu-img/map.js'
import { syncFile } from '../files/sync.js'
import { type Digests, digestFile, type Hole } from './artifacts/digest-file.js'
import { sameContent } from './compare/same-content.js'
import type { JobContext, StepProgress } from './job-context.js'
import { shareProgress } from './shared-progress.js'
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
  const [comparing, counting] = shareProgress(progress, [request.virtualBytes, await bytesToDigest(request, written)])
  const [same, digests] = await Promise.all([
    sameAsSource(ctx, request, written, comparing ?? progress),
    digestWritten(ctx, request, written, counting ?? progress),
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

/** Digests that the writer did not compute itself, for each file. */
function missingDigests(request: WriteRequest, { disk, files }: Written): readonly DigestName[] {
  const known = files.length === 1 ? disk.digests : {}
  return (request.digests ?? []).filter((name) => known[name] === undefined)
}

async function bytesToDigest(request: WriteRequest, written: Written): Promise<number> {
  if (missingDigests(request, written).length === 0) return 0
  const sizes = await Promise.all(written.files.map(async (file) => (await stat(file)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** What the writer did not compute itself. */
export async function digestWritten(
  ctx: JobContext,
  request: WriteRequest,
  written: Written,
  progress: StepProgress,
): Promise<FileDigests> {
  const { disk, files } = written
  const [missing, total] = [missingDigests(request, written), await bytesToDigest(request, written)]
  const rows = new Map<string, Digests>()
  if ((request.digests ?? []).length === 0) return rows
  const known = files.length === 1 ? disk.digests : {}
  let before = 0
  for (const file of files) {
    if (missing.length === 0) {
      rows.set(file, known)
      continue
    }
    const onBytes = (done: number): void => progress.bytes(before + done, total)
    const digests = await digestFile(file, missing, { signal: ctx.signal, holes: await holesOf(ctx, file), onBytes })
    before += (await stat(file)).size
    rows.set(file, { ...known, ...digests })
  }
  return rows
}

/** Smaller holes are read in less time than it takes to ask for them. */
const HOLES_WORTH_ASKING = 64 * 1024 ** 2

/** Where a file on this machine takes no room. */
async function holesOf(ctx: JobContext, file: string): Promise<readonly Hole[]> {
  const { size, blocks } = await stat(file)
  if (size - blocks * 512 < HOLES_WORTH_ASKING) return []
  const extents = await mapImage(ctx.host, { source: { driver: 'raw', path: file }, access: { read: [file] } })
  return extents.filter(({ zero }) => zero)
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
