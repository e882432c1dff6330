import fs from 'node:fs/promises'
import path from 'node:path'
import { lastName } from '#shared/archives/member-name'
import { AppError } from '#shared/errors/app-error'
import { imageFormat } from '#shared/images/formats'
import { checkReference } from '#shared/images/reference'
import { partPath } from '../../files/atomic-output.js'
import { readRevision } from '../../files/identity.js'
import { type ImageSource, openSource } from '../../guest/source.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { checkManifest, manifestBytes, requireManifest } from './check-manifest.js'
import { chooseDisk } from './choose-disk.js'
import { openPacked } from './packed-source.js'
import type { PackedDisk, PackedSource } from './packed-disk.js'
import { unpackDisk, unpackPlace } from './unpack-disk.js'

/** qemu's raw driver takes windows of whole sectors only. */
const SECTOR = 512

export interface UnpackRequest {
  /** Absolute path: an image, a packed one, or an archive that holds one. */
  readonly source: string
  /** Which disk of an archive; may be left out where there is only one. */
  readonly member?: string | undefined
  /** A folder that is there; what has to be unpacked lies in a hidden folder in it, for as long as the job runs. */
  readonly workDir: string
  /** Tells apart what one job unpacks in one folder. */
  readonly side?: string | undefined
  /** Read a disk although the manifest of its archive differs. */
  readonly ignoreManifest?: boolean | undefined
}

export interface UnpackedSource {
  /** What qemu reads: the file itself, a part of the archive in place, or what was unpacked. Its `files` hold the packed file too. */
  readonly source: ImageSource
  /** `in-place`: read where it lies in the archive, without a copy. */
  readonly how: 'as-it-is' | 'in-place' | 'unpacked'
  /** What was proven, in words. */
  readonly proofs: readonly string[]
  /** Removes what was unpacked; the end of the job does it as well. */
  release(): Promise<void>
}

/**
 * Makes the disk of any source readable: an image is opened as it is, a file that an archive stores uncompressed is read in place, everything
 * else is unpacked with holes. The manifest of an OVA is checked first.
 *
 * @throws AppError what `openSource` and `openPacked` throw; `manifest-mismatch`, `bad-input` (which disk), `archive-too-large`,
 * `no-space`, `image-changed`, `cancelled`
 */
export async function withUnpackedSource(ctx: JobContext, request: UnpackRequest, progress: StepProgress): Promise<UnpackedSource> {
  const packed = await openPacked(ctx.host, request.source)
  const disk = chooseDisk(packed, request.member)
  const checked = request.ignoreManifest ? 0 : manifestBytes(packed.manifest ?? [])
  const total = checked + (disk?.packedBytes ?? packed.fileBytes)
  const proofs = request.ignoreManifest ? [] : await proveManifest(ctx, packed, (bytes) => progress.bytes(bytes, total))
  if (disk?.place.kind === 'file') {
    return { source: await openSource(disk.place.path), how: 'as-it-is', proofs, release: async () => {} }
  }
  const inPlace = disk && inPlaceSource(packed, disk)
  if (inPlace) return { source: inPlace, how: 'in-place', proofs, release: async () => {} }

  const folder = partPath(path.join(request.workDir, ['unpacked', request.side].filter(Boolean).join('-')), ctx.jobId)
  const release = ctx.claim('folder', folder)
  const remove = async (): Promise<void> => {
    await fs.rm(folder, { recursive: true, force: true })
    release()
  }
  ctx.defer(remove)
  await fs.mkdir(folder, { mode: 0o700 })
  const image = path.join(folder, nameOf(disk))
  await fs.writeFile(image, '', { flag: 'wx' })
  const pausePoint = (): Promise<void> => ctx.pausePoint()
  const options = {
    folder: request.workDir,
    signal: ctx.signal,
    pausePoint,
    onRead: (done: number) => progress.bytes(checked + done, Math.max(total, checked + done)),
  }
  await whileSame(packed, async () => {
    await unpackDisk(ctx.host, packed, { disk, member: request.member }, image, options)
    for (const companion of disk?.companions ?? []) {
      const file = path.join(folder, companion.name)
      await fs.writeFile(file, '', { flag: 'wx' })
      await unpackPlace(ctx.host, packed, companion.place, file, { ...options, onRead: () => {} })
    }
  })
  const opened = await openSource(image)
  // A compressed disk beside a bare OVF, which is the packed file then.
  const beside = disk?.place.kind === 'compressed' && disk.place.path !== packed.realPath ? [disk.place.path] : []
  const source = {
    ...opened,
    path: packed.path,
    files: [...opened.files, packed.realPath, ...beside],
    revision: [opened.revision, packed.revision, ...(await Promise.all(beside.map(readRevision)))].join('.'),
  }
  return { source, how: 'unpacked', proofs, release: remove }
}

/** Checks the manifest, where there is one. Throws `manifest-mismatch`. */
export async function proveManifest(ctx: JobContext, packed: PackedSource, onRead: (bytes: number) => void): Promise<string[]> {
  if (packed.manifest === null) return []
  const verdict = await checkManifest(packed.manifest, { signal: ctx.signal, pausePoint: () => ctx.pausePoint(), onRead })
  requireManifest(verdict, packed.path)
  return [`The digests of the manifest match: ${verdict.detail}`]
}

/** A packed file as it was when it was looked into. */
type Looked = Pick<PackedSource, 'path' | 'realPath' | 'revision'>

/** Does work on the packed file. Throws `image-changed` when that is another one by then, whatever this led to. */
export async function whileSame<T>(packed: Looked, work: () => Promise<T>): Promise<T> {
  try {
    const done = await work()
    await requireSame(packed)
    return done
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'cancelled') await requireSame(packed)
    throw thrown
  }
}

async function requireSame(packed: Looked): Promise<void> {
  if ((await readRevision(packed.realPath)) !== packed.revision)
    throw new AppError('image-changed', { details: { path: packed.path }, actions: [{ kind: 'reload' }] })
}

/** A disk that lies in the archive in one piece, and consists of nothing else. */
function inPlaceSource(packed: PackedSource, { place, sniff, companions }: PackedDisk): ImageSource | undefined {
  if (place.kind !== 'stored' || companions.length > 0 || sniff === null || sniff.format === null) return undefined
  const [piece] = place.pieces
  const isWhole = place.pieces.length === 1 && piece?.at === 0 && piece.length === place.sizeBytes && piece.length % SECTOR === 0
  if (!isWhole || sniff.backingFile !== null || sniff.extents.some((extent) => extent.file !== null)) return undefined
  const window = { offset: piece.offset, size: piece.length }
  const { realPath, revision, path: shown } = packed
  const { format } = sniff
  const bytes = { fileBytes: piece.length, onDiskBytes: piece.length }
  return {
    path: shown,
    layers: [{ path: realPath, format, sniff, revision, window, ...bytes }],
    extents: [],
    node: { driver: imageFormat(format).driver, path: realPath, ...(format === 'qcow2' ? { backing: null } : {}), window },
    files: [realPath],
    format,
    revision,
    ...bytes,
  }
}

/** The name that the files of a set call each other by; any other name would do for a single one. */
function nameOf(disk: PackedDisk | undefined): string {
  const name = lastName(disk?.member ?? '')
  const isPlain = disk !== undefined && disk.companions.length > 0 && checkReference(name) === 'plain-relative'
  return isPlain && !disk.companions.some((companion) => companion.name === name) ? name : 'disk.img'
}
