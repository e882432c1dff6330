import fs from 'node:fs/promises'
import path from 'node:path'
import { mayBeTaken } from '#shared/containers/candidates'
import type { DiskCandidate } from '#shared/containers/container-report'
import { entryPath } from '#shared/containers/entry-name'
import { parseReference, printReference } from '#shared/containers/reference'
import { mayBeFirstPart } from '#shared/containers/split-names'
import { AppError } from '#shared/errors/app-error'
import { sniffFile } from '#shared/images/sniff'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { showControl } from '#shared/text/visible'
import { publish } from '../../files/atomic-output.js'
import { checkOutput, outputExists } from '../../files/checks.js'
import { requireSpace } from '../../files/disk-space.js'
import { syncFile, syncFolder } from '../../files/sync.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import type { JobContext } from '../job-context.js'
import { labelOf } from '../unpack/packed-disk.js'
import { readerOf, withPackedFile } from '../unpack/packed-file.js'
import { ImageIndex } from './index-image.js'
import { LayerCache } from './layer-cache.js'
import { type JobImage, openByStream, openWithPodman } from './open-for-job.js'
import { Origins } from './origins.js'
import { OutputPart } from './output-part.js'
import { needsOthers, severalDisks, takeNamed, takeOnlyDisk } from './take-file.js'
import { type TakenFolder, takeFolder } from './take-folder.js'
import { takeParts } from './take-parts.js'
import { NamedLink } from './stored-files.js'
import type { TakeJob, TakenFile } from './take.js'

type Input = JobInput<'extract-container'>

/**
 * Takes a disk, or any file or folder, out of a container image while its layers stream: no second copy is ever on the disk. Blobs are read to their end, so
 * that their digests are proven before the result gets its name. Throws what the places of images throw, `several-disks`,
 * `no-disk-in-container`, `guest-file-not-found`, `container-invalid`, `blob-mismatch`, `archive-too-large`, `no-space`, `output-exists`.
 */
export async function extractContainer(ctx: JobContext, input: Input, signIns: SignInStore): Promise<JobOutput> {
  const wanted = input.path === undefined ? null : askedPath(input.path)
  const { output, image } = await ctx.step('resolve', () => prepare(ctx, input, signIns, wanted))
  const part = new OutputPart(ctx, output)
  const job: TakeJob = {
    host: ctx.host,
    signal: ctx.signal,
    layers: image.layers,
    unpack: input.unpack,
    folder: path.dirname(output),
    message: (text) => ctx.message(text),
  }
  const taken = await ctx.step('fetch', async (progress) => {
    const takeFrom = (from: JobImage): Promise<TakenFile | TakenFolder> => {
      from.progress.onBytes = () => progress.bytes(Math.min(from.progress.arrived(), from.progress.total), from.progress.total)
      return take(ctx, { ...job, layers: from.layers }, from, wanted === null ? null : from.pathIn(wanted), part)
    }
    try {
      return await takeFrom(image)
    } catch (thrown) {
      if (!(thrown instanceof NamedLink) || image.whole === null) throw thrown
      return takeFrom(image.whole)
    }
  })
  const result = 'files' in taken ? describeFolder(taken) : await describeFile(taken, part, wanted !== null)
  await ctx.step('publish', () => finish(ctx, part, output, input.replace))
  const from = wanted === null || job.layers.some(({ layer }) => layer.kind === 'file') ? ('files' in taken ? '/' : taken.path) : wanted
  const reference = printReference(parseReference(input.reference))
  if (!('files' in taken)) await recordOrigin(ctx, { input, output, image, from, reference })
  const proofs = [...image.proofs, ...digestProofs(taken, image), ...result.proofs, `${showControl(from)} of ${reference}`]
  return { path: output, bytes: result.bytes, isDisk: result.isDisk, proofs, container: { reference, digest: image.digest } }
}

async function prepare(
  ctx: JobContext,
  input: Input,
  signIns: SignInStore,
  wanted: string | null,
): Promise<{ output: string; image: JobImage }> {
  const reference = parseReference(input.reference)
  const sources = reference.path === null ? [] : [path.resolve(reference.path)]
  const output = await checkOutput({ target: input.output, sources, replace: input.replace })
  const image = await openImage(ctx, input, signIns, wanted)
  const [only, ...others] = image.layers
  // A compressed layer or a blob is hardly ever longer than the one disk in it, so without that much room there is no use in beginning.
  const least = others.length === 0 && only && wanted === null && (only.layer.compression !== 'none' || only.layer.kind === 'file')
  await requireSpace(path.dirname(output), least ? only.layer.bytes : 0)
  return { output, image }
}

async function openImage(ctx: JobContext, input: Input, signIns: SignInStore, wanted: string | null): Promise<JobImage> {
  const { transport } = parseReference(input.reference)
  // The first part of a disk needs the others, which podman has to give out as well.
  const alone = wanted !== null && mayBeFirstPart(wanted) ? null : wanted
  if (input.via === 'podman' || (input.via === 'auto' && transport === 'containers-storage'))
    return openWithPodman(ctx, input, signIns, alone)
  try {
    return await openByStream(ctx, input, signIns)
  } catch (thrown) {
    const isForPodman = thrown instanceof AppError && thrown.code === 'container-unsupported' && transport === 'docker'
    if (input.via !== 'auto' || !isForPodman || !ctx.host.has('podman')) throw thrown
    const reason = String(thrown.data.details.reason ?? thrown.data.details.feature)
    ctx.log(`This image cannot be read while it streams (${reason}): podman takes over`)
    ctx.message('podman takes over')
    return openWithPodman(ctx, input, signIns, alone)
  }
}

async function take(
  ctx: JobContext,
  job: TakeJob,
  image: JobImage,
  wanted: string | null,
  part: OutputPart,
): Promise<TakenFile | TakenFolder> {
  if (wanted === '/') return takeFolder(job, wanted, await part.openFolder())
  if (wanted !== null) {
    const taken = await takeNamed(job, wanted, await part.openFile(), false)
    if (!('noFile' in taken)) return taken
    if (taken.noFile === 'folder') return takeFolder(job, taken.path, await part.openFolder())
    return takeByIndex(ctx, job, image, await part.openFile(), (index) => partsFrom(index, taken.path))
  }
  const isArtifact = job.layers.every(({ layer }) => layer.kind === 'file')
  const taken = isArtifact ? 'split' : await takeOnlyDisk(job, await part.openFile())
  return taken === 'split' ? takeByIndex(ctx, job, image, await part.openFile(), onlyOne) : taken
}

type Choose = (index: ImageIndex) => Pick<DiskCandidate, 'path' | 'label' | 'parts' | 'compression'>

/** Blobs that are files, and parts of a disk, have to be known all before one is taken. */
async function takeByIndex(ctx: JobContext, job: TakeJob, image: JobImage, part: string, choose: Choose): Promise<TakenFile> {
  const index = new ImageIndex(job.layers.map(({ layer }) => layer))
  if (image.source !== null) await index.read(ctx.host, image.source, new LayerCache(ctx.host.dirs.cache), ctx.signal)
  else for (const [at, layer] of index.layers.entries()) await index.readOpened(ctx.host, layer, await job.layers[at]?.open(ctx.signal))
  const disk = choose(index)
  ctx.message(`Found ${showControl(disk.path)}: ${disk.label}`)
  if (disk.parts.length > 0) return takeParts(job, index, disk, part)
  const taken = await takeNamed(job, entryPath(disk.path) ?? disk.path, part, true)
  if ('noFile' in taken) throw new AppError('container-invalid', { details: { reason: `${showControl(disk.path)} is no file by now` } })
  return taken
}

/** What begins with the file that was asked for: all its parts, or that file alone. */
function partsFrom(index: ImageIndex, wanted: string): Pick<DiskCandidate, 'path' | 'label' | 'parts' | 'compression'> {
  const disk = index.candidates().find(({ path: at }) => (entryPath(at) ?? at) === wanted)
  return disk ?? { path: wanted, label: 'a file', parts: [], compression: null }
}

function onlyOne(index: ImageIndex): DiskCandidate {
  const candidates = index.candidates()
  const found = new Map(index.layers.flatMap((layer) => layer.found.map((disk) => [disk.path, disk] as const)))
  const [first, ...others] = candidates.filter(({ path: at }) => {
    const disk = found.get(at)
    return disk !== undefined && mayBeTaken(disk)
  })
  if (first === undefined) {
    const [needy] = candidates.filter(({ needs }) => needs.length > 0)
    if (needy !== undefined) throw needsOthers(needy)
    throw new AppError('no-disk-in-container', { details: { entries: index.size } })
  }
  if (others.length > 0) throw severalDisks([first, ...others].map(({ path: at }) => at))
  return first
}

function askedPath(text: string): string {
  const asked = entryPath(text)
  if (asked === null) throw new AppError('bad-input', { details: { path: showControl(text), reason: 'the path leads out of the image' } })
  return asked
}

interface Description {
  readonly bytes: number
  readonly isDisk: boolean
  readonly proofs: string[]
}

async function describeFile(taken: TakenFile, part: OutputPart, wasNamed: boolean): Promise<Description> {
  const sniff = await withPackedFile(part.path, (opened) => sniffFile(readerOf(opened), opened.fileBytes))
  const problem = sniff.problems.find(({ code }) => code === 'reference-refused' || (!wasNamed && code === 'image-damaged'))
  if (problem) throw new AppError(problem.code, { details: { path: taken.path, ...problem.details } })
  const bytes = (await fs.stat(part.path)).blocks * 512
  const size = sniff.virtualBytes === null ? '' : `, a disk of ${formatBytes(sniff.virtualBytes)}`
  const proofs = [sniff.format === null ? `${formatBytes(taken.bytes)} long` : `${labelOf(sniff)}${size}`]
  if (taken.unpackedFrom !== null) proofs.push(`Unpacked to the end (${taken.unpackedFrom}); its checksums match`)
  if (taken.parts > 1) proofs.push(`Joined from ${taken.parts} parts`)
  if (sniff.backingFile !== null) proofs.push(`It needs ${showControl(sniff.backingFile)} beside it`)
  return { bytes, isDisk: sniff.format !== null, proofs }
}

function describeFolder(taken: TakenFolder): Description {
  const count = taken.files === 1 ? '1 file' : `${taken.files} files`
  return { bytes: taken.bytes, isDisk: false, proofs: [`${count}, as the layers together make them`, ...taken.leftOut] }
}

function digestProofs(taken: TakenFile | TakenFolder, { source }: JobImage): string[] {
  if (source === null) return []
  return taken.layers.map((digest) => `Digest of the layer checked to its end: ${digest}`)
}

async function finish(ctx: JobContext, part: OutputPart, output: string, replace: boolean): Promise<void> {
  // Flushing is what takes long here. After it nothing does.
  if (!part.isFolder) await syncFile(part.path)
  if (ctx.signal.aborted) throw new AppError('cancelled')
  if (part.isFolder) {
    if (await fs.lstat(output).catch(() => null)) throw outputExists(output)
    await fs.rename(part.path, output)
    await syncFolder(path.dirname(output))
  } else await publish({ part: part.path, target: output, replace })
  part.release()
}

interface Recorded {
  readonly input: Input
  readonly output: string
  readonly image: JobImage
  readonly from: string
  readonly reference: string
}

async function recordOrigin(ctx: JobContext, { output, image, from, reference }: Recorded): Promise<void> {
  const { digest, imageDigest, platform } = image
  const origin = { file: output, reference, digest, imageDigest, platform, path: from, takenAt: new Date().toISOString() }
  // The file is there and whole; that its origin cannot be noted takes nothing from it.
  await new Origins(ctx.host.dirs.state)
    .record(origin)
    .catch((thrown: unknown) => ctx.log(`Its origin could not be noted: ${String(thrown)}`))
}
