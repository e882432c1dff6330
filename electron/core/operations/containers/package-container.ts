import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readImageConfig } from '#shared/containers/manifest'
import { layerFrame } from '#shared/containers/package'
import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { parseReference, printReference } from '#shared/containers/reference'
import type { Dirs } from '../../files/dirs.js'
import { readDiskSpace } from '../../files/disk-space.js'
import { openRegistry } from '../../registry/open-registry.js'
import type { BlobMemory, PushableBlob } from '../../registry/push-blob.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import { copyImage } from '../../tools/skopeo/copy.js'
import type { JobContext } from '../job-context.js'
import { whileSpaceLasts } from '../watch-space.js'
import { workFolder } from '../work-folder.js'
import type { ContainerDeps } from './container-source.js'
import { Origins } from './origins.js'
import { openContainerSource } from './open-container-source.js'
import { whileLayersArrive } from './loose-layers.js'
import { recordMade } from './own-images.js'
import { compressLayer } from './packaging/compress-layer.js'
import { checkFiles, type Destination, nameOf } from './packaging/destination.js'
import { imageFiles, type ImageSet, rootOf } from './packaging/image-files.js'
import { NO_OTHERS, otherImages } from './packaging/other-images.js'
import { packageProofs } from './packaging/package-words.js'
import { type PackedImage, packImage } from './packaging/packed-image.js'
import { type PackagePlan, preparePackage } from './packaging/prepare-package.js'
import { indexWith } from './packaging/present-image.js'
import { openPart } from './packaging/publish-files.js'
import { nameImage, pushBlobs } from './packaging/push-image.js'
import { digestOfBlob, framedDisk } from './packaging/source-disk.js'
import { writeFolder, writeTar } from './packaging/write-files.js'
import { requireSigner } from './signing/require-signer.js'
import { signImage } from './signing/sign-image.js'

interface PackageDeps extends ContainerDeps {
  readonly memory: BlobMemory | undefined
}

interface Made {
  readonly digest: string
  readonly bytes: number
  /** What went over the wire, in words; null where nothing does. */
  readonly sent: string | null
}

/**
 * Makes a container image of a disk and puts it to its destination. The disk's bytes are read where they lie: there is no second copy of them, but for a
 * compressed layer and for podman's storage. Nothing has its name before all of it is there. With a `memory` a blob goes on where another run broke off.
 */
export async function packageContainer(
  ctx: JobContext,
  input: JobInput<'package-container'>,
  signIns: SignInStore,
  memory?: BlobMemory,
): Promise<JobOutput> {
  const plan = await ctx.step('prepare', () => prepare(ctx, input, signIns))
  const { destination } = plan
  const folder = destination.kind === 'files' ? path.dirname(destination.target) : ctx.host.dirs.cache
  return whileSpaceLasts(ctx, folder, async (watched) => {
    const image = await watched.step('digest', (progress) => packLayer(watched, plan, progress))
    const made = await deliver(watched, plan, image, { host: watched.host, signIns, memory, pausePoint: () => watched.pausePoint() })
    const reference = nameOf(destination)
    const digests = [made.digest, image.manifest.digest]
    const signed =
      destination.kind === 'registry'
        ? await signImage(watched, { sign: input.sign, destination, digests, access: input.access }, signIns)
        : null
    return {
      path: destination.kind === 'files' ? destination.target : reference,
      bytes: made.bytes,
      proofs: packageProofs(plan, { ...made, signed }),
      container: { reference, digest: made.digest },
    }
  })
}

async function prepare(ctx: JobContext, input: JobInput<'package-container'>, signIns: SignInStore): Promise<PackagePlan> {
  const plan = await preparePackage(ctx.host, input)
  ctx.defer(() => plan.disk.close())
  const { destination } = plan
  await requireSigner(ctx.host, input.sign, signIns)
  if (destination.kind === 'files') await checkFiles(destination, { sources: [plan.disk.path], replace: input.replace })
  const folders = foldersWritten(ctx.host.dirs, plan)
  for (const { folder, bytes } of folders) await requireSpace(folder, bytes)
  return plan
}

/** Where bytes are written to on this machine, and how many at most. */
export function foldersWritten(
  { cache }: Pick<Dirs, 'cache'>,
  { input, destination, layerBytes }: PackagePlan,
): { folder: string; bytes: number }[] {
  const result = destination.kind === 'files' ? [{ folder: path.dirname(destination.target), bytes: layerBytes }] : []
  const archive = destination.kind === 'storage' ? [{ folder: cache, bytes: layerBytes }] : []
  return [...result, ...archive, ...(input.compression === 'none' ? [] : [{ folder: cache, bytes: layerBytes }])]
}

async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  const { freeBytes } = await readDiskSpace(folder)
  if (neededBytes <= freeBytes) return
  const details = { folder, neededBytes, freeBytes }
  throw new AppError('no-space', { details, actions: [{ kind: 'free-space', ...details }, { kind: 'choose-output' }] })
}

/** The layer with its digest: one reading, and with a compression a second one that writes what is sent. */
async function packLayer(
  ctx: JobContext,
  plan: PackagePlan,
  progress: { bytes(done: number, total: number): void; fraction(value: number): void },
): Promise<PackedImage> {
  const { input, disk, diskPath } = plan
  const { head, tailBytes } = input.layout === 'artifact' ? { head: new Uint8Array(0), tailBytes: 0 } : layerFrame(diskPath, disk.bytes)
  const frame = framedDisk(disk, head, tailBytes)
  const rounds = input.compression === 'none' ? 1 : 2
  const diffId = await digestOfBlob(frame, {
    signal: ctx.signal,
    pausePoint: () => ctx.pausePoint(),
    onBytes: (bytes) => progress.bytes(bytes, frame.bytes * rounds),
  })
  const layer = input.compression === 'none' ? { ...frame, digest: diffId } : await compressed(ctx, frame, input.compression, progress)
  await disk.requireUnchanged()
  return packImage({ ...plan, ...input, format: disk.format, labels: plan.labels, layer, diffId, diskPath })
}

async function compressed(
  ctx: JobContext,
  frame: Omit<PushableBlob, 'digest'>,
  compression: 'gzip' | 'zstd',
  progress: { bytes(done: number, total: number): void; fraction(value: number): void },
): Promise<PushableBlob> {
  const folder = await workFolder(ctx, path.join(ctx.host.dirs.cache, 'layer'))()
  const second = { ...progress, bytes: (done: number, total: number) => progress.bytes(total + done, 2 * total) }
  return compressLayer(ctx, frame, { compression, folder }, second)
}

function deliver(ctx: JobContext, plan: PackagePlan, image: PackedImage, deps: PackageDeps): Promise<Made> {
  const { destination } = plan
  if (destination.kind === 'registry') return toRegistry(ctx, plan, image, destination, deps)
  if (destination.kind === 'files') return toFiles(ctx, plan, image, destination, deps)
  return recordMade(ctx, destination.reference, () => toStorage(ctx, plan, image, destination))
}

async function toRegistry(
  ctx: JobContext,
  { input, disk }: PackagePlan,
  image: PackedImage,
  { registry, repository, tag }: Extract<Destination, { kind: 'registry' }>,
  deps: PackageDeps,
): Promise<Made> {
  const session = await openRegistry(deps, { registry, repository, purpose: 'push', access: input.access })
  ctx.defer(() => session.close())
  const target = { session, tag, addToIndex: input.addToIndex, mountFrom: await originsAt(ctx, disk.path, registry), memory: deps.memory }
  const sent = await ctx.step('send', (progress) => pushBlobs(ctx, image, target, progress))
  const root = await ctx.step('finish', async () => {
    await disk.requireUnchanged()
    if (ctx.signal.aborted) throw new AppError('cancelled')
    return nameImage(image, target)
  })
  const words =
    sent.layer === 'mounted'
      ? 'The registry had the layer in another repository: nothing of it was sent'
      : sent.layer === 'sent'
        ? `Sent ${formatBytes(sent.sentBytes)}`
        : 'The layer was there already: nothing of it was sent'
  return { digest: root.digest, bytes: bytesOfImage(image), sent: words }
}

/** Repositories of the registry that may hold the same layer: where the disk was taken from. */
async function originsAt(ctx: JobContext, file: string, registry: string): Promise<string[]> {
  const origin = await new Origins(ctx.host.dirs.state).find(file)
  const from = origin === null ? null : parseReference(origin.reference)
  return from?.transport === 'docker' && from.registry === registry && from.repository !== null ? [from.repository] : []
}

async function toFiles(
  ctx: JobContext,
  { input, disk }: PackagePlan,
  image: PackedImage,
  destination: Extract<Destination, { kind: 'files' }>,
  deps: ContainerDeps,
): Promise<Made> {
  const set = await setFor(ctx, image, { input, destination, sources: [disk.path] }, deps)
  const files = imageFiles(set, destination.reference)
  const part = await openPart(ctx, destination)
  await ctx.step('send', (progress) => (destination.isFolder ? writeFolder : writeTar)(ctx, files, part.part, progress))
  await ctx.step('finish', async () => {
    await disk.requireUnchanged()
    await requireReadable(deps, { ...destination.reference, path: part.part }, rootOf(set).digest)
    if (ctx.signal.aborted) throw new AppError('cancelled')
    await part.publish(input.replace)
  })
  return { digest: rootOf(set).digest, bytes: bytesOfImage(image), sent: null }
}

/** The image alone, or with all that an index at its destination holds. */
async function setFor(
  ctx: JobContext,
  image: PackedImage,
  {
    input,
    destination,
    sources,
  }: { input: PackagePlan['input']; destination: Extract<Destination, { kind: 'files' }>; sources: readonly string[] },
  deps: ContainerDeps,
): Promise<ImageSet> {
  if (!input.addToIndex) return { image, index: null, others: NO_OTHERS }
  const isThere = await checkFiles(destination, { sources, replace: input.replace })
  if (!isThere)
    return { image, index: await indexWith(image.descriptor, null, () => Promise.reject(new Error('nothing is there'))), others: NO_OTHERS }
  const source = await openContainerSource(deps, printReference(destination.reference), input.access)
  ctx.defer(() => source.close())
  const index = await indexWith(image.descriptor, await source.manifest(), async (blob) => {
    const pieces: Uint8Array[] = []
    for await (const piece of source.blob({ ...blob })) pieces.push(piece)
    return Buffer.concat(pieces)
  })
  return { image, index, others: await otherImages(source, index, image.manifest.digest) }
}

/** Reads the finished part as any reader would, before it gets its name. */
async function requireReadable(deps: ContainerDeps, reference: Destination['reference'], digest: string): Promise<void> {
  if (reference.transport === 'docker-archive') return
  const source = await openContainerSource(deps, printReference(reference), {})
  try {
    const found = await source.manifest()
    if (found.digest === digest) return
    throw new AppError('blob-mismatch', { details: { digest, reason: `What was written leads to ${found.digest}` } })
  } finally {
    await source.close()
  }
}

/** Local storage keeps layers unpacked, in a form that only its own programs write. */
async function toStorage(
  ctx: JobContext,
  plan: PackagePlan,
  image: PackedImage,
  destination: Extract<Destination, { kind: 'storage' }>,
): Promise<Made> {
  const folder = await workFolder(ctx, path.join(ctx.host.dirs.cache, 'archive'))()
  const archive = path.join(folder, 'image.tar')
  const set: ImageSet = { image, index: null, others: NO_OTHERS }
  const reference = {
    ...destination.reference,
    transport: 'oci-archive',
    path: archive,
    registry: null,
    repository: null,
    tag: null,
  } as const
  const digestFile = path.join(folder, 'digest')
  await ctx.step('send', async (progress) => {
    const half = { ...progress, bytes: (done: number, total: number) => progress.fraction(done / total / 2) }
    await writeFile(archive, '', { flag: 'wx', mode: 0o600 })
    await writeTar(ctx, imageFiles(set, reference), archive, half)
    await plan.disk.requireUnchanged()
  })
  const digest = await ctx.step('finish', async () => {
    const { diffIds } = readImageConfig(image.config.content.toString('utf8'))
    await whileLayersArrive(ctx, diffIds, () =>
      copyImage(ctx.host, {
        from: { image: `oci-archive:${archive}`, registry: null },
        to: { image: printReference(destination.reference), registry: null },
        platform: plan.platform,
        temporaryFolder: folder,
        digestFile,
        signal: ctx.signal,
      }),
    )
    return (await readFile(digestFile, 'utf8')).trim()
  })
  return { digest, bytes: bytesOfImage(image), sent: null }
}

function bytesOfImage({ layer, config, manifest }: PackedImage): number {
  return layer.bytes + config.content.length + manifest.content.length
}
