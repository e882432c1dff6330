import type { FoundDisk } from '#shared/containers/candidates'
import type { ContainerLayer } from '#shared/containers/container-report'
import { AppError } from '#shared/errors/app-error'
import { showControl } from '#shared/text/visible'
import type { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { Host } from '../../process/host.js'
import { decompressStream } from '../unpack/decompress.js'
import { limitsFor, SparseFile, type SparseLimits } from '../unpack/sparse-file.js'
import type { TarMember } from '../unpack/tar-reader.js'

/** A layer that can be read from its beginning, as often as it is needed. */
export interface TakenLayer {
  readonly layer: ContainerLayer
  /** Unpacked; at its end its digest is proven. `signal` ends it early. */
  open(signal: AbortSignal): Promise<ByteSource>
}

/** What taking something out of an image needs, whatever it is. */
export interface TakeJob {
  readonly host: Host
  readonly signal: AbortSignal
  /** The uppermost last. */
  readonly layers: readonly TakenLayer[]
  /** Also unpack a disk that is compressed inside of the image. */
  readonly unpack: boolean
  /** Where the result will lie, as the user knows it. */
  readonly folder: string
  message(text: string): void
}

export interface TakenFile {
  /** Path in the image, or title of a blob. */
  readonly path: string
  /** Digest of its layer; of each part for one that was split. */
  readonly layers: readonly string[]
  /** Length of what was written. */
  readonly bytes: number
  /** What it was compressed with inside of the image, where that was undone. */
  readonly unpackedFrom: string | null
  readonly parts: number
}

/** Writes a member whose data comes next to `part`, an empty file, with holes where it is zero. Returns its length. */
export async function writeMember(
  job: TakeJob,
  input: ByteSource,
  member: TarMember,
  found: FoundDisk | null,
  part: string,
): Promise<Pick<TakenFile, 'bytes' | 'unpackedFrom'>> {
  const compression = job.unpack ? (found?.compression ?? null) : null
  const limits = await limitsFor(job.folder, member.storedBytes, compression === null ? member.storedBytes : null)
  return withSparseFile(part, limits, async (out) => {
    if (compression === null) {
      await copyMember(input, member, out)
      await out.finish(member.sizeBytes)
      return { bytes: member.sizeBytes, unpackedFrom: null }
    }
    if (member.isSparse) throw unsupported('A compressed disk with holes', 'It is stored in a way that nobody stores compressed files')
    const packed = dataOf(input, member)
    for await (const bytes of decompressStream(job.host, showControl(member.name), compression, packed, { signal: job.signal }))
      await out.write(bytes)
    const bytes = out.length
    await out.finish(bytes)
    return { bytes, unpackedFrom: compression }
  })
}

export async function withSparseFile<T>(part: string, limits: SparseLimits, work: (out: SparseFile) => Promise<T>, start = 0): Promise<T> {
  const out = await SparseFile.open(part, limits, start)
  try {
    return await work(out)
  } finally {
    await out.close()
  }
}

/** `base`: where the member belongs in the file. */
export async function copyMember(input: ByteSource, member: TarMember, out: SparseFile, base = 0): Promise<void> {
  for (const piece of member.pieces) {
    await out.moveTo(base + piece.offset)
    for (let left = piece.length; left > 0; ) {
      const bytes = await input.some(left)
      if (bytes.length === 0) throw cutShort(member)
      await out.write(bytes)
      left -= bytes.length
    }
  }
}

async function* dataOf(input: ByteSource, member: TarMember): AsyncGenerator<Uint8Array> {
  for (let left = member.storedBytes; left > 0; ) {
    const bytes = await input.some(left)
    if (bytes.length === 0) throw cutShort(member)
    left -= bytes.length
    yield bytes
  }
}

function cutShort({ name }: TarMember): AppError {
  return new AppError('container-invalid', { details: { reason: `The layer ends inside of ${showControl(name)}` } })
}

export function unsupported(feature: string, reason: string, next?: string): AppError {
  return new AppError('container-unsupported', { details: { feature, reason, ...(next === undefined ? {} : { next }) } })
}

export function twice(path: string): AppError {
  return new AppError('container-invalid', {
    details: { reason: `A layer holds ${showControl(path)} twice, so nobody can say which one is meant` },
  })
}

export function notThere(path: string): AppError {
  return new AppError('guest-file-not-found', {
    details: {
      path,
      file: path,
      reason: 'it is not in the image',
      next: 'Look for it in the list of its files; names there are case-sensitive.',
    },
  })
}

/** A disk that names a file outside of its own folder is refused, as wherever one is opened. */
export function requireNoReference(found: FoundDisk | null): void {
  const [reference] = found?.needs.filter((name) => name.includes('/') || name.includes(':')) ?? []
  if (reference !== undefined && found !== null)
    throw new AppError('reference-refused', { details: { path: found.path, reference, kind: 'a file that the disk is based on' } })
}

/** Reads a layer, and leaves it at once where `work` throws. */
export async function withLayer<T>(job: TakeJob, layer: TakenLayer, work: (input: ByteSource) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const input = await layer.open(AbortSignal.any([job.signal, stop.signal]))
  try {
    return await work(input)
  } finally {
    stop.abort()
    await input.close().catch(() => {})
  }
}
