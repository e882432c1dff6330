import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { isIndexType } from '#shared/containers/media-types'
import { type ContainerReference, parseReference, printReference } from '#shared/containers/reference'
import { readManifest } from '#shared/containers/manifest'
import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import type { Host } from '../../process/host.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import { type CopyImage, type CopySide, copyImage } from '../../tools/skopeo/copy.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { whileSpaceLasts } from '../watch-space.js'
import { workFolder } from '../work-folder.js'
import type { ContainerDeps, ContainerSource, ManifestBytes } from './container-source.js'
import { openContainerSource } from './open-container-source.js'
import { diffIdsOf, whileLayersArrive } from './loose-layers.js'
import { recordMade } from './own-images.js'
import { checkFiles, type Destination, nameOf, readDestination } from './packaging/destination.js'
import { openPart, type PartOutput } from './packaging/publish-files.js'
import { watchGrowth } from './packaging/watch-growth.js'
import { requireSigner } from './signing/require-signer.js'
import { signImage } from './signing/sign-image.js'
import { toolAccess } from './tool-access.js'

type CopyInput = JobInput<'copy-container'>

interface Prepared {
  readonly destination: Destination
  /** Pinned to what the source led to when it was looked at. */
  readonly source: ContainerReference
  readonly digest: string
  /** Bytes of the image that is copied; null where that is not known beforehand. */
  readonly bytes: number | null
  /** Digests of the layers that podman's storage will get, unpacked, the lowest first; empty for other places. */
  readonly diffIds: readonly string[]
  /** What may be copied of an index; empty where the source is an image. */
  readonly images: readonly string[]
}

/**
 * Copies an image between registries, files and podman's storage with skopeo. What it copies is what the source led to at the beginning, even if its tag is moved
 * meanwhile. Files get their name when all of it is there.
 */
export async function copyContainer(ctx: JobContext, input: CopyInput, signIns: SignInStore): Promise<JobOutput> {
  const deps = { host: ctx.host, signIns, pausePoint: () => ctx.pausePoint() }
  const prepared = await ctx.step('prepare', () => prepare(ctx, input, deps))
  const { destination } = prepared
  const folder = destination.kind === 'files' ? path.dirname(destination.target) : ctx.host.dirs.cache
  return whileSpaceLasts(ctx, folder, async (watched) => {
    const part = destination.kind === 'files' ? await openPart(watched, destination) : null
    const make = (): Promise<string> => watched.step('copy', (progress) => copy(watched, input, prepared, { signIns, part, progress }))
    const digest = await (destination.kind === 'storage'
      ? recordMade(watched, destination.reference, () => whileLayersArrive(watched, prepared.diffIds, make))
      : make())
    const { bytes, digests } = await watched.step('finish', () => finish(watched, input, { ...prepared, digest }, { deps, part }))
    return {
      path: destination.kind === 'files' ? destination.target : nameOf(destination),
      bytes,
      proofs: [...proofs(input, prepared, digest), ...(await sign(watched, input, { destination, digests }, signIns))],
      container: { reference: nameOf(destination), digest },
    }
  })
}

async function prepare(ctx: JobContext, input: CopyInput, deps: ContainerDeps): Promise<Prepared> {
  const destination = readDestination(input.destination)
  const parsed = parseReference(input.source)
  if (input.sign !== undefined && destination.kind !== 'registry') {
    throw new AppError('bad-input', {
      details: { reason: `${destination.reference.transport}: has no place for a signature; registries have` },
    })
  }
  await requireSigner(ctx.host, input.sign, deps.signIns)
  const sources = parsed.path === null ? [] : [path.resolve(parsed.path)]
  if (destination.kind === 'files') await checkFiles(destination, { sources, replace: input.replace })
  const source = await openContainerSource(deps, input.source, input.from)
  try {
    const { digest, bytes, mediaType } = await source.manifest()
    const { reference } = source
    // A digest and a tag together are more than skopeo takes.
    const isNamed = reference.transport === 'docker'
    return {
      destination,
      source: isNamed ? { ...reference, tag: null, digest } : { ...reference, path: reference.path && path.resolve(reference.path) },
      digest,
      bytes: isIndexType(mediaType) && !input.all ? null : (await survey(source, { digest, bytes, mediaType })).bytes,
      images: imagesOf(bytes, mediaType),
      diffIds: destination.kind === 'storage' ? await diffIdsOf(source, input.platform) : [],
    }
  } finally {
    await source.close()
  }
}

function imagesOf(bytes: Buffer, mediaType: string): string[] {
  const manifest = readManifest(bytes.toString('utf8'), mediaType)
  return manifest.kind === 'manifest' ? [] : manifest.manifests.map(({ digest }) => digest)
}

interface Survey {
  /** Of all blobs and manifests. */
  readonly bytes: number
  /** Of all manifests, the uppermost first. */
  readonly digests: readonly string[]
}

/** What a manifest names, or all the images of an index. */
async function survey(source: ContainerSource, { digest, bytes, mediaType }: ManifestBytes): Promise<Survey> {
  const manifest = readManifest(bytes.toString('utf8'), mediaType)
  if (manifest.kind === 'manifest') {
    return { bytes: [manifest.config, ...manifest.layers].reduce((sum, blob) => sum + blob.bytes, bytes.length), digests: [digest] }
  }
  const all: Survey[] = []
  for (const entry of manifest.manifests) all.push(await survey(source, await source.manifest(entry.digest)))
  return { bytes: all.reduce((sum, one) => sum + one.bytes, bytes.length), digests: [digest, ...all.flatMap((one) => one.digests)] }
}

interface CopyTools {
  readonly signIns: SignInStore
  readonly part: PartOutput | null
  readonly progress: StepProgress
}

/** Returns the digest that skopeo tells of what it wrote. */
async function copy(ctx: JobContext, input: CopyInput, { source, destination, bytes }: Prepared, tools: CopyTools): Promise<string> {
  const { part } = tools
  // Of an archive skopeo makes a folder first: where the archive will be, there has to be room for it.
  const beside = destination.kind === 'files' ? destination.target : path.join(ctx.host.dirs.cache, 'copy')
  const work = await workFolder(ctx, beside)()
  const digestFile = path.join(work, 'digest')
  const target = part === null ? destination.reference : { ...destination.reference, path: part.part }
  const growth =
    part === null || bytes === null ? null : watchGrowth(part.part, (done) => tools.progress.bytes(Math.min(done, bytes), bytes))
  try {
    await copyAsItIs(
      ctx.host,
      { part: part?.part ?? null, isNeeded: input.keepDigests },
      {
        from: await sideOf(ctx, source, input.from, tools.signIns),
        to: await sideOf(ctx, target, input.to, tools.signIns),
        all: input.all,
        platform: input.platform,
        // A form that cannot hold signatures makes skopeo fail where there are some.
        dropSignatures: destination.kind !== 'registry' && destination.reference.transport !== 'dir',
        retries: 3,
        digestFile,
        temporaryFolder: work,
        signal: ctx.signal,
        onLine: (line) => ctx.message(line.slice(0, 200)),
      },
    )
  } finally {
    growth?.stop()
    ctx.message('')
  }
  return (await readFile(digestFile, 'utf8')).trim()
}

/** skopeo would compress layers that are not, and so change every digest, where nobody asked for it. Where a form takes no other way, it may change them. */
async function copyAsItIs(
  host: Host,
  { part, isNeeded }: { readonly part: string | null; readonly isNeeded: boolean },
  request: CopyImage,
): Promise<void> {
  // skopeo wants to make an archive itself; what is there it would take for one.
  const clear = async (): Promise<void> => {
    if (part !== null) await rm(part, { recursive: true, force: true })
  }
  // That form has a manifest of its own kind, which skopeo tells only when all is copied.
  if (request.to.image.startsWith('docker-archive:') && !isNeeded) {
    await clear()
    return copyImage(host, request)
  }
  try {
    await clear()
    await copyImage(host, { ...request, keepDigests: true })
  } catch (thrown) {
    const isRefused = thrown instanceof AppError && /preserve digests/i.test(thrown.data.toolOutput ?? '')
    if (!isRefused || isNeeded) throw thrown
    await clear()
    await copyImage(host, request)
  }
}

async function sideOf(ctx: JobContext, reference: ContainerReference, access: CopyInput['from'], signIns: SignInStore): Promise<CopySide> {
  const { registry } = reference
  const reach = registry === null || reference.transport !== 'docker' ? {} : await toolAccess(ctx, signIns, reference, access)
  return { image: printReference(reference), registry, ...reach }
}

interface Finish {
  readonly deps: ContainerDeps
  readonly part: PartOutput | null
}

/** Reads back what was written, and gives it its name. Throws `blob-mismatch`. */
async function finish(ctx: JobContext, input: CopyInput, { destination, digest }: Prepared, { deps, part }: Finish): Promise<Survey> {
  const reference = part === null ? destination.reference : { ...destination.reference, path: part.part }
  const source = await openContainerSource(deps, printReference(reference), input.to)
  let found: Survey
  try {
    const manifest = await source.manifest()
    // docker-archive keeps no manifest, and storage may keep another form of it: there the digest is of the form that is read.
    const isKept = !['docker-archive', 'containers-storage'].includes(reference.transport)
    if (isKept && manifest.digest !== digest) {
      throw new AppError('blob-mismatch', {
        details: { digest, reason: `${printReference(destination.reference)} leads to ${manifest.digest}` },
      })
    }
    found = await survey(source, manifest)
  } finally {
    await source.close()
  }
  if (ctx.signal.aborted) throw new AppError('cancelled')
  await part?.publish(input.replace)
  return found
}

function proofs(input: CopyInput, { destination, digest: from, bytes, images }: Prepared, digest: string): string[] {
  const size = bytes === null ? '' : ` (${formatBytes(bytes)})`
  const isOneOf = !input.all && images.includes(digest)
  const same =
    from === digest || isOneOf
      ? `the digest is that of the source${isOneOf ? `, one of the images in ${from}` : ''}`
      : `the form of the manifest was changed for ${destination.reference.transport}: the source has ${from}`
  return [`${input.all ? 'All images of the source' : 'One image'}${size}; ${same}`, `Read back: ${nameOf(destination)} leads to ${digest}`]
}

async function sign(
  ctx: JobContext,
  input: CopyInput,
  { destination, digests }: { readonly destination: Destination; readonly digests: readonly string[] },
  signIns: SignInStore,
): Promise<string[]> {
  if (destination.kind !== 'registry') return []
  const signed = await signImage(ctx, { sign: input.sign, destination, digests, access: input.to }, signIns)
  return signed === null ? [] : [signed]
}
