import { plainMemberName } from '#shared/archives/member-name'
import { AppError } from '#shared/errors/app-error'
import { HEAD_BYTES, sniffImage } from '#shared/images/sniff'
import { showControl } from '#shared/text/visible'
import { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { Host } from '../../process/host.js'
import { noDisk } from './choose-disk.js'
import { decompress } from './decompress.js'
import type { MemberPlace, PackedDisk, PackedSource } from './packed-disk.js'
import { memberHead } from './member-head.js'
import { type PackedFile, readRange, withPackedFile } from './packed-file.js'
import { limitsFor, SparseFile } from './sparse-file.js'
import { readTar, type TarMember } from './tar-reader.js'

/** Fewer zeros than this are no disk. */
const MIN_BLANK_BYTES = 1024 * 1024

export interface UnpackOptions {
  /** A folder on the target's disk that the user knows, where the target's own is hidden. */
  readonly folder: string
  readonly signal: AbortSignal
  /** Waited for between pieces of what is read. */
  readonly pausePoint?: (() => Promise<void>) | undefined
  /** Bytes of the packed file that were read, and how many there are to read. */
  readonly onRead: (done: number, total: number) => void
}

export interface Unpacked {
  /** Length of the file. */
  readonly bytes: number
  /** Which member it was; null where the file itself is packed. */
  readonly member: string | null
}

/**
 * Writes a disk of a packed file to `target`, an empty file; zeros become holes. Without `disk` the only one that comes out of a compressed
 * archive is meant, or the one named `member`. Throws `image-damaged`, `archive-too-large`, `no-space`, `bad-input` (several disks,
 * no such one), `cancelled`.
 */
export async function unpackDisk(
  host: Host,
  packed: PackedSource,
  what: { readonly disk: PackedDisk | undefined; readonly member: string | undefined },
  target: string,
  options: UnpackOptions,
): Promise<Unpacked> {
  const { disk } = what
  if (disk !== undefined && !isTarMember(disk.place)) {
    return { bytes: await unpackPlace(host, packed, disk.place, target, options), member: disk.member }
  }
  return unpackFromTar(host, packed, disk?.member ?? what.member, target, options)
}

function isTarMember(place: MemberPlace): boolean {
  return place.kind === 'compressed' && place.tarMember !== null
}

/** Writes what lies at one place. Returns its length. */
export async function unpackPlace(
  host: Host,
  packed: PackedSource,
  place: MemberPlace,
  target: string,
  options: UnpackOptions,
): Promise<number> {
  const file = place.kind === 'stored' ? packed.realPath : place.path
  return withPackedFile(file, async (source) => {
    if (place.kind === 'compressed') return unpackWhole(host, source, place, target, options)
    const pieces = place.kind === 'stored' ? place.pieces : [{ offset: 0, length: source.fileBytes, at: 0 }]
    const stored = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const length = place.kind === 'stored' ? place.sizeBytes : source.fileBytes
    return writing(target, options, source.fileBytes, stored, async (out) => {
      let done = 0
      for (const piece of pieces) {
        await out.moveTo(piece.at)
        for await (const bytes of readRange(source, piece, options.signal, options.pausePoint)) {
          await out.write(bytes)
          done += bytes.length
          options.onRead(done, stored)
        }
      }
      return length
    })
  })
}

async function unpackWhole(
  host: Host,
  source: PackedFile,
  place: Extract<MemberPlace, { kind: 'compressed' }>,
  target: string,
  options: UnpackOptions,
): Promise<number> {
  const { range } = place
  return writing(target, options, range.length, null, async (out) => {
    const content = decompress(host, source, place.compression, range, {
      signal: options.signal,
      pausePoint: options.pausePoint,
      onRead: (bytes) => options.onRead(bytes, range.length),
    })
    for await (const bytes of content) await out.write(bytes)
    return out.length
  })
}

/** `work` returns the length that the file gets. */
async function writing(
  target: string,
  { folder }: UnpackOptions,
  packedBytes: number,
  storedBytes: number | null,
  work: (out: SparseFile) => Promise<number>,
): Promise<number> {
  const out = await SparseFile.open(target, await limitsFor(folder, packedBytes, storedBytes))
  try {
    const length = await work(out)
    await out.finish(length)
    return length
  } finally {
    await out.close()
  }
}

/** A compressed archive is read once, from its beginning to its end: by then its checksum is proven, and that there is only one such disk. */
async function unpackFromTar(
  host: Host,
  packed: PackedSource,
  member: string | undefined,
  target: string,
  options: UnpackOptions,
): Promise<Unpacked> {
  const compression = packed.label.replace('tar with ', '')
  if (!isCompression(compression)) throw noDisk(packed)
  return withPackedFile(packed.realPath, async (source) => {
    const range = { offset: 0, length: source.fileBytes }
    const content = decompress(host, source, compression, range, {
      signal: options.signal,
      pausePoint: options.pausePoint,
      onRead: (bytes) => options.onRead(bytes, range.length),
    })
    const input = new ByteSource(content)
    let found: TarMember | undefined
    const others: string[] = []
    try {
      const bytes = await writing(target, options, source.fileBytes, null, async (out) => {
        for await (const one of readTar(input, source.path)) {
          if (one.kind !== 'file' || !(await isMeant(input, one, member))) continue
          if (found) {
            others.push(one.name)
            continue
          }
          found = one
          await copyMember(input, one, out, source.path)
        }
        while ((await input.some()).length > 0);
        return found?.sizeBytes ?? 0
      })
      if (!found) throw member === undefined ? noDisk(packed) : noSuchMember(packed, member)
      if (others.length > 0) throw severalDisks(packed, [found.name, ...others], member)
      return { bytes, member: found.name }
    } finally {
      await input.close()
    }
  })
}

function isCompression(name: string): name is 'gzip' | 'xz' | 'zstd' | 'bzip2' {
  return ['gzip', 'xz', 'zstd', 'bzip2'].includes(name)
}

async function isMeant(input: ByteSource, one: TarMember, member: string | undefined): Promise<boolean> {
  if (member !== undefined) return one.name === plainMemberName(member)
  if (one.pieces.length === 0) return one.isSparse && one.sizeBytes >= MIN_BLANK_BYTES
  const head = await memberHead(input, one, HEAD_BYTES)
  const { format, variant, problems } = sniffImage({ head, tail: new Uint8Array(0), fileBytes: one.sizeBytes })
  return format !== null && problems.length === 0 && (variant !== 'blank' || one.sizeBytes >= MIN_BLANK_BYTES)
}

async function copyMember(input: ByteSource, member: TarMember, out: SparseFile, path: string): Promise<void> {
  for (const piece of member.pieces) {
    await out.moveTo(piece.offset)
    for (let left = piece.length; left > 0; ) {
      const bytes = await input.some(left)
      if (bytes.length === 0)
        throw new AppError('image-damaged', { details: { path, reason: `The tar archive is damaged: it ends inside of ${member.name}` } })
      await out.write(bytes)
      left -= bytes.length
    }
  }
}

function noSuchMember({ path }: PackedSource, member: string): AppError {
  return new AppError('bad-input', { details: { path, reason: `there is no file ${showControl(member)} in it` } })
}

function severalDisks({ path }: PackedSource, names: readonly string[], member: string | undefined): AppError {
  const reason =
    member === undefined
      ? `it holds several disks, so say which one: ${names.map(showControl).join(', ')}`
      : `it holds several files of the name ${showControl(member)}`
  return new AppError('bad-input', { details: { path, reason } })
}
