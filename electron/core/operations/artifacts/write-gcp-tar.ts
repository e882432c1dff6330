import { mergePieces, sparseMemberHeader, storedBytes } from '#shared/archives/gnu-sparse'
import { type SparsePiece, TAR_BLOCK } from '#shared/archives/tar-header'
import { AppError } from '#shared/errors/app-error'
import { type DiskExtent, type RawDisk, withRawDisk } from '../../guest/raw-disk.js'
import { compareSparseTar } from './compare-sparse-tar.js'
import { withFileSink } from './file-sink.js'
import { gzipParts } from './gzip-stream.js'
import type { Packer } from './packer.js'
import { DEFLATE_LEVELS, type DeflateLevel } from './parallel-deflate.js'

/** The one name that Google's import takes. */
export const GCP_MEMBER = 'disk.raw'
const MODE = 0o644
const PART_BYTES = 1024 * 1024
/** A hole that is worth a line in the map; what is smaller compresses to next to nothing. */
const SMALLEST_HOLE = 64 * 1024
const MOST_PIECES = 200_000
/** GNU tar fills its archives up to whole records. */
const RECORD_BYTES = 20 * TAR_BLOCK

/**
 * Google Compute Engine's image archive: `disk.raw` alone, as a sparse file in tar's old GNU format, in gzip. Written in one pass, without a raw
 * copy on the disk. `level=1-9` is its one option.
 * Source: Google Cloud, "Manually import boot disks": `tar --format=oldgnu -Sczf NAME.tar.gz disk.raw`.
 */
export const writeGcpTar: Packer = async (request) => {
  const { ctx, source, input, part, progress } = request
  const level = gzipLevel(input.options)
  const written = await withRawDisk(ctx.host, source.node, source.files, (disk) =>
    withFileSink(part, { digests: input.digests, signal: ctx.signal }, async (sink) => {
      const pieces = diskPieces(disk.extents)
      const stored = storedBytes(pieces)
      const onBytes = (done: number): void =>
        progress.bytes(stored === 0 ? 0 : Math.min(1, done / stored) * disk.virtualBytes, disk.virtualBytes)
      const options = { level, signal: ctx.signal, pausePoint: () => ctx.pausePoint(), onBytes }
      await gzipParts(tarParts(pieces, disk.virtualBytes), (slices) => readPart(disk, slices), options, sink.write)
      progress.bytes(disk.virtualBytes, disk.virtualBytes)
      return { digests: sink.digests(), pieces: pieces.length }
    }),
  )
  return {
    disk: null,
    compare: (comparing) => compareSparseTar(request, GCP_MEMBER, comparing),
    digests: written.digests,
    proofs: [`One sparse member ${GCP_MEMBER} in tar's old GNU format; pieces of data: ${written.pieces}`],
  }
}

function gzipLevel(options: readonly string[]): DeflateLevel | undefined {
  let level: DeflateLevel | undefined
  for (const option of options) {
    const known = DEFLATE_LEVELS.find((candidate) => option === `level=${candidate}`)
    if (known === undefined)
      throw new AppError('bad-input', { details: { reason: `A Google image has no option ${option}; it has level=1-9` } })
    level = known
  }
  return level
}

/** What of the disk goes into the archive: whole blocks, and small holes as zeros. */
export function diskPieces(extents: readonly DiskExtent[]): SparsePiece[] {
  const blocks = extents
    .filter(({ zero }) => !zero)
    .map(({ start, length }): SparsePiece => {
      const offset = Math.floor(start / TAR_BLOCK) * TAR_BLOCK
      return { offset, length: Math.ceil((start + length) / TAR_BLOCK) * TAR_BLOCK - offset }
    })
  return mergePieces(blocks, SMALLEST_HOLE, MOST_PIECES)
}

/** Bytes as they are, or a run of bytes of the disk. */
type Slice = Uint8Array | SparsePiece

/** The archive from its header to its last record, in parts of about `PART_BYTES`. */
function* tarParts(pieces: readonly SparsePiece[], realSize: number): Generator<readonly Slice[]> {
  const header = sparseMemberHeader({ name: GCP_MEMBER, mode: MODE, mtime: 0, realSize, pieces })
  let part: Slice[] = [header]
  let room = PART_BYTES - header.length
  for (const piece of pieces) {
    for (let done = 0; done < piece.length; ) {
      if (room <= 0) {
        yield part
        ;[part, room] = [[], PART_BYTES]
      }
      const length = Math.min(room, piece.length - done)
      part.push({ offset: piece.offset + done, length })
      done += length
      room -= length
    }
  }
  const end = header.length + storedBytes(pieces)
  const trailer = Math.ceil((end + 2 * TAR_BLOCK) / RECORD_BYTES) * RECORD_BYTES - end
  yield [...part, new Uint8Array(trailer)]
}

async function readPart(disk: RawDisk, slices: readonly Slice[]): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(slices.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const slice of slices) {
    bytes.set(slice instanceof Uint8Array ? slice : await readToBlock(disk, slice), at)
    at += slice.length
  }
  return bytes
}

/** A disk need not end with a whole block: what is missing is zero. */
async function readToBlock(disk: RawDisk, { offset, length }: SparsePiece): Promise<Uint8Array> {
  return disk.read(offset, Math.min(length, disk.virtualBytes - offset))
}
