import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { DIGESTS } from '#shared/jobs/convert-request'
import type { JobOutput } from '#shared/jobs/job'
import { discardPart, openPartFile, openPartFolder, partPath, publish, publishFolder } from '../files/atomic-output.js'
import { checkOutput } from '../files/checks.js'
import { syncFile } from '../files/sync.js'
import type { Digests } from './artifacts/digest-file.js'
import { sidecarText } from './artifacts/sidecars.js'
import { LARGE_BYTES } from './compare/same-content.js'
import type { JobContext } from './job-context.js'
import { checkWritten, compareWritten, digestWritten, type FileDigests } from './prove-output.js'
import { openSidecars, type SidecarFile } from './sidecar-files.js'
import { tellZeros } from './tell-zeros.js'
import { whileSpaceLasts } from './watch-space.js'
import { writeDisk } from './write-disk.js'
import { isMultiFile, sidecarNames, type WriteRequest } from './write-request.js'

/** Steps that `writeOutput` runs, for a job's list of steps. */
export const OUTPUT_STEPS = [
  { id: 'convert', title: 'Write the new image' },
  { id: 'compare', title: 'Compare content with the source' },
  { id: 'check', title: 'Check the format' },
  { id: 'publish', title: 'Flush to disk and give it its name' },
] as const

/**
 * Writes an image to a part file, proves it, and gives it its final name. Whatever ends it early, the part file is removed and a
 * file that stood under the final name is untouched.
 */
export async function writeOutput(ctx: JobContext, request: WriteRequest): Promise<JobOutput> {
  return whileSpaceLasts(ctx, path.dirname(request.output), (watched) => writeAndPublish(watched, request))
}

async function writeAndPublish(ctx: JobContext, request: WriteRequest): Promise<JobOutput> {
  const part = await openOutput(ctx, request)
  const whileUnchanged = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (thrown) {
      if (!ctx.signal.aborted) await request.requireUnchanged()
      throw thrown
    }
  }
  const told = await whileUnchanged(tellZeros(ctx, request))
  const disk = await ctx.step('convert', (progress) => whileUnchanged(writeDisk(ctx, told, part, progress)))
  const files = part.folder ? await filesIn(part.folder) : [part.file]
  // A set's further files have names that were not asked about: none may be a source, and none may be in the way.
  for (const file of part.folder ? files : []) {
    await checkOutput({ target: finalName(request, file), sources: request.files, replace: request.replace })
  }
  const written = { disk, files }
  const proofs = [...disk.proofs]
  let digests: FileDigests | undefined
  if (request.verify) {
    // A small source is read once more without being told anything.
    const compared = request.virtualBytes < LARGE_BYTES ? request : told
    digests = await ctx.step('compare', (progress) => whileUnchanged(compareWritten(ctx, compared, written, progress)))
    proofs.push('Content compared with the source: identical')
  } else {
    ctx.skip('compare')
    proofs.push('Content not compared: verification was switched off')
  }
  const found = await ctx.step('check', async (progress) => {
    digests ??= await digestWritten(ctx, request, written, progress)
    return checkWritten(ctx, request, written)
  })
  const output = { path: request.output, bytes: await bytesOnDisk(files), proofs: [...proofs, ...found], ...sha256Of(digests) }
  const sidecars = await ctx.step('publish', async () => {
    // Flushing is what takes long here. After it nothing does, and from the first file that takes its name there is no way back.
    for (const file of files) await syncFile(file)
    const texts = await openSidecars(ctx, await sidecarsOf(request, digests ?? new Map(), output, part.file), request.replace)
    await request.requireUnchanged()
    if (ctx.signal.aborted) throw new AppError('cancelled')
    await request.beforePublish?.(part.file)
    if (part.folder) await publishFolder({ folder: part.folder, target: request.output, replace: request.replace })
    else await publish({ part: part.file, target: request.output, replace: request.replace })
    part.release()
    await texts.publish().catch(async (thrown: unknown) => {
      if (!request.replace) for (const file of files) await fs.rm(finalName(request, file), { force: true })
      throw thrown
    })
    return texts.files
  })
  return sidecars.length === 0 ? output : { ...output, sidecars: [...sidecars] }
}

async function sidecarsOf(request: WriteRequest, digests: FileDigests, output: JobOutput, part: string): Promise<SidecarFile[]> {
  const names = DIGESTS.filter((name) => request.digests?.includes(name))
  const texts = names.map((name) =>
    [...digests].map(([file, hex]) => sidecarText(hex[name] ?? '', path.basename(finalName(request, file)))).join(''),
  )
  const single = digests.size === 1 ? ([...digests.values()][0] ?? {}) : {}
  const reports = (await request.report?.write({ ...output, digests: single }, part)) ?? []
  return sidecarNames(request.output, { ...request, digests: names }).map((file, at) => ({ file, text: [...texts, ...reports][at] ?? '' }))
}

function sha256Of(digests: FileDigests | undefined): { sha256?: string } {
  const [only, ...others]: Digests[] = [...(digests?.values() ?? [])]
  return others.length === 0 && only?.sha256 !== undefined ? { sha256: only.sha256 } : {}
}

/** The name that a part file will have: its folder's for a set, the output's own for a single file. */
function finalName(request: WriteRequest, file: string): string {
  return isMultiFile(request.subformat) ? path.join(path.dirname(request.output), path.basename(file)) : request.output
}

async function bytesOnDisk(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await fs.stat(file)).blocks * 512))
  return sizes.reduce((sum, size) => sum + size, 0)
}

interface OpenOutput {
  readonly file: string
  readonly folder: string | undefined
  release(): void
}

async function openOutput(ctx: JobContext, request: WriteRequest): Promise<OpenOutput> {
  const place = partPath(request.output, ctx.jobId)
  const release = ctx.claim(isMultiFile(request.subformat) ? 'folder' : 'part-file', place)
  let published = false
  ctx.defer(async () => {
    if (published) return
    await discardPart(place)
    release()
  })
  const done = (): void => {
    published = true
    release()
  }
  if (isMultiFile(request.subformat)) {
    const { folder, part } = await openPartFolder(request.output, ctx.jobId)
    return { file: part, folder, release: done }
  }
  const { part } = await openPartFile(request.output, ctx.jobId, request.private ? 0o600 : undefined)
  return { file: part, folder: undefined, release: done }
}

async function filesIn(folder: string): Promise<string[]> {
  return (await fs.readdir(folder)).map((name) => path.join(folder, name))
}
