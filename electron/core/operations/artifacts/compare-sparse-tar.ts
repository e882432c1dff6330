import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { SparsePiece } from '#shared/archives/tar-header'
import { AppError } from '#shared/errors/app-error'
import { type RawDisk, withRawDisk } from '../../guest/raw-disk.js'
import type { StepProgress } from '../job-context.js'
import { readTar, type TarInput, type TarMember } from '../unpack/tar-reader.js'
import type { PackRequest } from './packer.js'

const STEP_BYTES = 1024 * 1024
const ZEROS = Buffer.alloc(STEP_BYTES)

/**
 * Unpacks a tar.gz with one sparse member and compares it with the source, byte for byte: what the archive holds with the disk, and what it
 * leaves out with zeros, where the source's map, which is read anew, does not vouch for them. Nothing is written.
 * False also for an archive that cannot be read, or that holds something else.
 */
export async function compareSparseTar(request: PackRequest, member: string, progress: StepProgress): Promise<boolean> {
  const { ctx, source, part } = request
  return withRawDisk(ctx.host, source.node, source.files, async (disk) => {
    try {
      return await pipeline(
        createReadStream(part, { highWaterMark: STEP_BYTES }),
        createGunzip({ chunkSize: STEP_BYTES }),
        async (chunks: AsyncIterable<Buffer>) => compareTar(new StreamInput(chunks), disk, { request, member, progress }),
        { signal: ctx.signal },
      )
    } catch (thrown) {
      if (ctx.signal.aborted) throw new AppError('cancelled', { cause: thrown })
      if (isDamage(thrown)) return false
      throw thrown
    }
  })
}

/** What a damaged archive makes zlib and our reader of tars say; trouble with the source is not the archive's. */
function isDamage(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  return code.startsWith('Z_') || thrown instanceof ArchiveProblem
}

class ArchiveProblem extends Error {}

interface Comparison {
  readonly request: PackRequest
  readonly member: string
  readonly progress: StepProgress
}

async function compareTar(input: StreamInput, disk: RawDisk, { request, member, progress }: Comparison): Promise<boolean> {
  let found = false
  for await (const entry of archiveMembers(input, request.part)) {
    if (found || entry.name !== member || entry.sizeBytes !== disk.virtualBytes) return false
    found = true
    const isEmpty = emptiness(disk)
    let end = 0
    for (const piece of entry.pieces) {
      if (!(await isEmpty(end, piece.offset)) || !(await isSame(input, disk, piece, { request, progress }))) return false
      end = piece.offset + piece.length
    }
    if (!(await isEmpty(end, disk.virtualBytes))) return false
  }
  // To its end, so that the checksum of all is looked at too.
  while ((await input.take(STEP_BYTES)).length > 0) if (request.ctx.signal.aborted) throw new AppError('cancelled')
  return found
}

async function* archiveMembers(input: TarInput, path: string): AsyncGenerator<TarMember> {
  const members = readTar(input, path)
  for (;;) {
    const next = await members.next().catch((cause: unknown) => {
      throw cause instanceof AppError && cause.code === 'image-damaged' ? new ArchiveProblem(cause.message) : cause
    })
    if (next.done) return
    yield next.value
  }
}

async function isSame(
  input: StreamInput,
  disk: RawDisk,
  piece: SparsePiece,
  { request, progress }: Pick<Comparison, 'request' | 'progress'>,
): Promise<boolean> {
  const end = piece.offset + piece.length
  for (let at = piece.offset; at < end; at += STEP_BYTES) {
    if (request.ctx.signal.aborted) throw new AppError('cancelled')
    await request.ctx.pausePoint()
    const length = Math.min(STEP_BYTES, end - at)
    const [ours, theirs] = await Promise.all([input.take(length), disk.read(at, length)])
    if (!theirs.equals(ours)) return false
    progress.bytes(at + length, disk.virtualBytes)
  }
  return true
}

/** Asks whether there is nothing on the disk between two places, from its beginning to its end. */
function emptiness(disk: RawDisk): (from: number, to: number) => Promise<boolean> {
  let next = 0
  return async (from, to) => {
    for (; ; next += 1) {
      const extent = disk.extents[next]
      if (extent === undefined || extent.start >= to) return true
      const end = Math.min(to, extent.start + extent.length)
      for (let at = Math.max(from, extent.start); !extent.zero && at < end; at += STEP_BYTES) {
        const bytes = await disk.read(at, Math.min(STEP_BYTES, end - at))
        if (!bytes.equals(ZEROS.subarray(0, bytes.length))) return false
      }
      if (extent.start + extent.length > to) return true
    }
  }
}

/** A stream of chunks, taken in pieces of the taker's choice. */
class StreamInput implements TarInput {
  position = 0
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async take(length: number): Promise<Uint8Array> {
    const parts: Buffer[] = []
    for (let missing = length; missing > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next()
        if (next.done) break
        this.#rest = next.value
      }
      const part = this.#rest.subarray(0, missing)
      this.#rest = this.#rest.subarray(part.length)
      parts.push(part)
      missing -= part.length
    }
    const [only] = parts
    const bytes = parts.length === 1 && only ? only : Buffer.concat(parts)
    this.position += bytes.length
    return bytes
  }

  async skip(length: number): Promise<boolean> {
    for (let left = length; left > 0; ) {
      const { length: taken } = await this.take(Math.min(left, STEP_BYTES))
      if (taken === 0) return false
      left -= taken
    }
    return true
  }
}
