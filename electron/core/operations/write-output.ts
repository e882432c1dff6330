import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { type BlockNode, imageName } from '#shared/images/block-node'
import { buildConvertArgs } from '#shared/images/conversion'
import { type DiskFormat, FORMATS, findSubformat, type Subformat } from '#shared/images/formats'
import type { JobOutput } from '#shared/jobs/job'
import { discardPart, openPartFile, openPartFolder, partPath, publish, publishFolder } from '../files/atomic-output.js'
import { checkOutput } from '../files/checks.js'
import { syncFile } from '../files/sync.js'
import type { JobContext } from './job-context.js'
import { checkImage } from '../tools/qemu-img/check.js'
import { compareImages } from '../tools/qemu-img/compare.js'
import { convertImage } from '../tools/qemu-img/convert.js'

export interface WriteRequest {
  /** What is read: an image, or an overlay with staged edits. */
  readonly node: BlockNode
  /** All files that `node` opens, extents too. */
  readonly files: readonly string[]
  readonly virtualBytes: number
  readonly output: string
  readonly format: DiskFormat
  readonly subformat: Subformat
  readonly options: readonly string[]
  readonly verify: boolean
  readonly replace: boolean
  /** Throws when the source is no longer what was read. Asked before the result takes its name, and when something failed: it is the cause then. */
  readonly requireUnchanged: () => Promise<void>
  /** Until `beforePublish` says otherwise nobody else may read the part file: it takes the place of a file that may be private. */
  readonly private?: boolean
  /** Last word before the result takes its name, after it reached the disk; may still throw. Gets the part file. */
  readonly beforePublish?: (part: string) => Promise<void>
}

/** VMDK subformats whose descriptor names further files. */
const MULTI_FILE: ReadonlySet<string> = new Set(['monolithicFlat', 'twoGbMaxExtentSparse', 'twoGbMaxExtentFlat'])

export function isMultiFile(subformat: Subformat): boolean {
  return MULTI_FILE.has(subformat.id)
}

/** The subformat by name, the default one without. Throws `bad-input`. */
export function requireSubformat(format: DiskFormat, id: string | undefined): Subformat {
  const subformat = findSubformat(format, id)
  if (subformat) return subformat
  const known = FORMATS[format].subformats.map((row) => row.id).join(', ')
  throw new AppError('bad-input', { details: { reason: `${format} has no subformat ${id}; it has ${known}` } })
}

export function convertCommand(request: WriteRequest, part: string): string[] {
  return buildConvertArgs({
    sourceDriver: request.node.driver,
    source: imageName(request.node),
    format: request.format,
    subformat: request.subformat.id,
    options: request.options,
    output: part,
    // `publish` syncs before the file gets its name; until then the processor compares while the disk writes.
    targetCache: 'unsafe',
  })
}

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
  const part = await openOutput(ctx, request)
  const read = { read: request.files }
  const whileUnchanged = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (thrown) {
      if (!ctx.signal.aborted) await request.requireUnchanged()
      throw thrown
    }
  }
  const write = part.folder ? { write: [part.folder] } : { write: [part.file] }
  await ctx.step('convert', (progress) =>
    whileUnchanged(
      convertImage(
        ctx.host,
        { args: convertCommand(request, part.file), access: { ...read, ...write }, path: request.output },
        (fraction) => progress.bytes(fraction * request.virtualBytes, request.virtualBytes),
      ),
    ),
  )
  const written: BlockNode = {
    driver: FORMATS[request.format].driver,
    path: part.file,
    ...(request.format === 'qcow2' ? { backing: null } : {}),
  }
  const writtenFiles = part.folder ? await filesIn(part.folder) : [part.file]
  // A set's further files have names that were not asked about: none may be a source, and none may be in the way.
  for (const file of part.folder ? writtenFiles : []) {
    const target = path.join(path.dirname(request.output), path.basename(file))
    await checkOutput({ target, sources: request.files, replace: request.replace })
  }
  const proofs: string[] = []
  if (request.verify) {
    await ctx.step('compare', async (progress) => {
      // The disk is kept busy with what has to be flushed anyway while the processor compares.
      const flushed = Promise.all(writtenFiles.map((file) => syncFile(file)))
      const same = await whileUnchanged(
        compareImages(ctx.host, { left: request.node, right: written, access: { read: [...request.files, ...writtenFiles] } }, (fraction) =>
          progress.bytes(fraction * request.virtualBytes, request.virtualBytes),
        ),
      )
      await flushed
      if (!same) await request.requireUnchanged()
      if (!same) throw new AppError('verify-mismatch', { details: { path: request.output } })
    })
    proofs.push('Content compared with the source: identical')
  } else {
    ctx.skip('compare')
    proofs.push('Content not compared: verification was switched off')
  }
  await ctx.step('check', async () => {
    if (!FORMATS[request.format].checkable) return
    const result = await checkImage(ctx.host, { driver: written.driver, path: part.file, access: { read: writtenFiles } })
    if (result.verdict === 'corrupt' || result.verdict === 'leaks') {
      throw new AppError('check-failed', { details: { path: request.output, corruptions: result.corruptions, leaks: result.leaks } })
    }
    if (result.verdict === 'clean') proofs.push('qemu-img check: no errors')
  })
  const bytes = (await Promise.all(writtenFiles.map(async (file) => (await fs.stat(file)).blocks * 512))).reduce(
    (sum, size) => sum + size,
    0,
  )
  await ctx.step('publish', async () => {
    // Flushing is what takes long here. After it nothing does, and from the first file that takes its name there is no way back.
    for (const file of writtenFiles) await syncFile(file)
    await request.requireUnchanged()
    if (ctx.signal.aborted) throw new AppError('cancelled')
    await request.beforePublish?.(part.file)
    if (part.folder) await publishFolder({ folder: part.folder, target: request.output, replace: request.replace })
    else await publish({ part: part.file, target: request.output, replace: request.replace })
    part.release()
  })
  return { path: request.output, bytes, proofs }
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
