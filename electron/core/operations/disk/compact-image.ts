import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { type DiskFormat, imageFormat, isDiskFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import { convertImageInputSchema } from '#shared/jobs/convert-request'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { checkOutput } from '../../files/checks.js'
import { requireSpace } from '../../files/disk-space.js'
import { kernelName } from '../../guest/draft-partitions.js'
import type { Engine } from '../../guest/engine.js'
import { guestfishEngine } from '../../guest/engines/guestfish.js'
import { trimWithGuestfish } from '../../guest/engines/guestfish-trim.js'
import { umlEngine } from '../../guest/engines/uml.js'
import { type ImageSource, openSource } from '../../guest/source.js'
import { digHoles } from '../../tools/fallocate/dig-holes.js'
import { type TrimResult, type TrimVolume, trimDisk } from '../../tools/uml/trim-disk.js'
import { packerOf } from '../artifacts/packers.js'
import { openOverlay } from '../edit-overlay.js'
import { readSource } from '../inspect-image.js'
import type { JobContext } from '../job-context.js'
import { measureNeed } from '../output-space.js'
import { requireSound } from '../prepare-convert.js'
import { requireUnchanged } from '../require-unchanged.js'
import { sameSubformat } from '../save-image.js'
import { finishInPlace, type InPlaceTarget, prepareInPlace } from '../save-in-place.js'
import { workFolder } from '../work-folder.js'
import { writeOutput } from '../write-output.js'
import { isMultiFile, requireSubformat, type WriteRequest } from '../write-request.js'
import { requireFree, requireRevision } from './change-copy.js'

type Input = JobInput<'compact-image'>

/** File systems whose Linux driver tells what is free (fstrim(8)). */
const TRIMMED: ReadonlySet<string> = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat'])

const TRIM_START_MS = 300_000
/** All files are read twice; a machine that reads less than this is not waited for. */
const SLOWEST_BYTES_PER_MS = 5000

/**
 * Makes an image smaller by what its file systems do not use: a Linux kernel gives that back in a throw-away overlay, and what is left
 * is written anew in the same format. Files are read before and after; the result is compared with the overlay.
 *
 * @throws AppError `nothing-to-gain` where the result would not be smaller, `bad-input` for overlays and internal snapshots in place,
 * `image-in-use`, `verify-mismatch`, `no-space` …
 */
export async function compactImage(ctx: JobContext, input: Input): Promise<JobOutput> {
  const { source, info } = await ctx.step('read', () => readImage(ctx, input))
  const { target } = input
  const inPlace =
    target.mode === 'in-place' ? await prepareInPlace(ctx.host, source, target.keepBackup, { snapshots: false, overlays: [] }) : undefined
  const output =
    inPlace?.target ??
    (target.mode === 'new-file'
      ? await checkOutput({ target: target.output, sources: source.files, replace: target.replace })
      : source.path)
  const request = await writeRequest(ctx, input, source, info, output)
  const need = await measureNeed(ctx.host, source, info.virtualBytes, { ...request, fixed: false })
  await requireSpace(path.dirname(output), need.neededBytes, need.largestFileBytes)
  const trimmed = input.trim ? await ctx.step('trim', () => trim(ctx, source, info)) : skipTrim(ctx)
  const written = await writeOutput(ctx, {
    ...request,
    ...(trimmed.source === null ? {} : { node: trimmed.source.node, files: trimmed.source.files }),
    beforePublish: (part) => requireSmaller(ctx, source, part, target.mode, inPlace),
  })
  const made = { ...written, bytes: (await fs.stat(written.path)).blocks * 512 }
  const backup = inPlace ? await finishInPlace(ctx, inPlace, target.mode === 'in-place' && target.keepBackup) : undefined
  return {
    ...made,
    proofs: [...trimmed.words, `${formatBytes(source.onDiskBytes)} on disk before, ${formatBytes(made.bytes)} now`, ...made.proofs],
    ...(trimmed.engine === null ? {} : { engine: trimmed.engine }),
    ...(backup === undefined ? {} : { backup }),
  }
}

async function readImage(ctx: JobContext, input: Input): Promise<{ source: ImageSource; info: ImageInfo }> {
  const source = await openSource(input.source)
  requireRevision(source, input.revision)
  for (const file of source.files) await requireFree(file)
  const { label } = imageFormat(source.format)
  const inPlace = input.target.mode === 'in-place'
  const reason = !isDiskFormat(source.format)
    ? `${label} images are read, and not written: convert it`
    : inPlace && source.layers.length > 1
      ? 'it has a backing file, which would be merged into it: flatten it first, or compact a copy'
      : inPlace && source.layers[0].sniff.snapshots > 0
        ? 'it holds internal snapshots, which would be lost: delete them first, or compact a copy'
        : undefined
  if (reason !== undefined) throw new AppError('bad-input', { details: { path: source.path, reason } })
  const { info } = await readSource(ctx.host, source)
  await requireSound(ctx.host, source, false)
  return { source, info }
}

async function writeRequest(ctx: JobContext, input: Input, source: ImageSource, info: ImageInfo, output: string): Promise<WriteRequest> {
  const format: DiskFormat = isDiskFormat(source.format) ? source.format : 'qcow2'
  const subformat = requireSubformat(format, input.subformat ?? sameSubformat(source, format))
  if (isMultiFile(subformat)) {
    const reason = 'it would consist of several files: convert it, or choose another subformat'
    throw new AppError('bad-input', { details: { path: source.path, reason } })
  }
  const packer = packerOf({ container: null, format, subformat: subformat.id })
  const wanted = convertImageInputSchema.parse({ source: input.source, output, format, subformat: subformat.id })
  const inPlace = input.target.mode === 'in-place'
  return {
    node: source.node,
    files: source.files,
    virtualBytes: info.virtualBytes,
    output,
    format,
    subformat,
    options: await keepClusters(source, input.options),
    verify: true,
    replace: input.target.mode === 'in-place' || input.target.replace,
    requireUnchanged: () => requireUnchanged(source),
    ...(packer === null ? {} : { packing: { packer, input: wanted, info, workFolder: workFolder(ctx, output) } }),
    ...(inPlace ? { private: true } : {}),
  }
}

/** A qcow2 keeps the size of its clusters unless another one is asked for. QEMU docs/interop/qcow2.txt: `cluster_bits`, byte 20. */
async function keepClusters(source: ImageSource, options: readonly string[]): Promise<readonly string[]> {
  if (source.format !== 'qcow2' || options.some((option) => option.startsWith('cluster_size='))) return options
  const file = await fs.open(source.layers[0].path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 20)
    return [`cluster_size=${2 ** buffer.readUInt32BE(0)}`, ...options]
  } finally {
    await file.close()
  }
}

interface Trimmed {
  /** The image with its free blocks given back; null where nothing was. */
  readonly source: ImageSource | null
  readonly engine: string | null
  readonly words: readonly string[]
}

function skipTrim(ctx: JobContext): Trimmed {
  ctx.skip('trim')
  return { source: null, engine: null, words: ['Free blocks were not asked for: only zeros were left out'] }
}

async function trim(ctx: JobContext, source: ImageSource, info: ImageInfo): Promise<Trimmed> {
  const volumes = trimVolumes(info)
  if (volumes.length === 0)
    return { source: null, engine: null, words: ['No file system that tells what is free: only zeros were left out'] }
  const engine = await trimEngine(ctx)
  const overlay = await openOverlay(ctx, source, info.virtualBytes)
  ctx.message('A Linux kernel reads all files and gives back what is free')
  const timeoutMs = TRIM_START_MS + Math.ceil(source.onDiskBytes / SLOWEST_BYTES_PER_MS)
  const disk = { node: overlay.source.node, readFiles: source.files }
  const results =
    engine.id === 'uml'
      ? await trimDisk(ctx.host, { ...disk, folder: overlay.folder, volumes, timeoutMs })
      : await trimWithGuestfish(ctx.host, { disk, volumes, workDir: overlay.folder, timeoutMs })
  return { source: overlay.source, engine: engine.id, words: results.map(trimWords) }
}

/** The quicker one that works. Throws `engine-unavailable`. */
async function trimEngine(ctx: JobContext): Promise<Engine> {
  const { usable, reason } = await umlEngine.probe(ctx.host)
  if (usable) return umlEngine
  if ((await guestfishEngine.probe(ctx.host)).usable) return guestfishEngine
  throw new AppError('engine-unavailable', { details: { engine: 'uml', reason }, actions: [{ kind: 'install-tool', tool: 'linux.uml' }] })
}

function trimVolumes({ partitions }: ImageInfo): TrimVolume[] {
  return partitions.flatMap(({ number, filesystem }) => {
    const name = filesystem === null ? '' : kernelName(filesystem)
    return TRIMMED.has(name) ? [{ partition: number, filesystem: name }] : []
  })
}

function trimWords({ partition, filesystem, trimmedBytes, reason }: TrimResult): string {
  const where = partition === 0 ? `The disk (${filesystem})` : `Partition ${partition} (${filesystem})`
  return trimmedBytes === null
    ? `${where}: left as it is, because ${reason}`
    : `${where}: ${formatBytes(trimmedBytes)} free; all files read before and after: identical`
}

/** In place, a result that is no smaller replaces nothing; a copy may be of the same size. Throws `nothing-to-gain`. */
async function requireSmaller(
  ctx: JobContext,
  source: ImageSource,
  part: string,
  mode: Input['target']['mode'],
  inPlace: InPlaceTarget | undefined,
): Promise<void> {
  // qemu-img writes whole clusters, zeros in them too.
  await digHoles(ctx.host, part)
  const bytes = (await fs.stat(part)).blocks * 512
  if (bytes > source.onDiskBytes || (mode === 'in-place' && bytes === source.onDiskBytes)) {
    throw new AppError('nothing-to-gain', { details: { path: source.path, bytes, onDiskBytes: source.onDiskBytes } })
  }
  await inPlace?.makeBackup(ctx, part)
}
