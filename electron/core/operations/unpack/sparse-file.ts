import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import { readDiskSpace } from '../../files/disk-space.js'
import { errnoCode } from '../../files/sync.js'
import { mayPassCache, takePageBuffers, WriteAroundCache } from './write-around-cache.js'

const BUFFER_BYTES = 1024 * 1024
/** One is filled while the others are written. */
const BUFFERS = 3
/** The smallest hole that file systems keep. */
const HOLE_BYTES = 4096
const ZEROS = Buffer.alloc(BUFFER_BYTES)
/** Left free for everything else that runs, on a small disk a part of what is free. */
const RESERVE_BYTES = 1024 ** 3
const RESERVE_SHARE = 0.1
const BOMB_BYTES = 10 * 1024 ** 3
const BOMB_RATIO = 50
/** No file system that a result could lie on holds more. */
const MAX_LENGTH = 16 * 1024 ** 4
/** Data that is written before the disk is asked to take it. */
const FLUSH_BYTES = 32 * 1024 ** 2

export interface SparseLimits {
  /** What a full disk is told of. */
  readonly folder: string
  /** Bytes of data, zeros not counted. */
  readonly dataBytes: number
  readonly freeBytes: number
  /** Of these, how many have to stay free. */
  readonly reserveBytes: number
  /** Length of the file, zeros counted. */
  readonly length: number
  /** FAT keeps no holes: there zeros are data too. */
  readonly keepsHoles: boolean
  readonly packedBytes: number
  /** A disk of this machine, where large pieces are written faster around the cache. */
  readonly passesCache: boolean
}

/** How much an archive of `packedBytes` may unpack to in `folder`. `storedBytes`: what it holds as it is, so that no more can come out. */
export async function limitsFor(folder: string, packedBytes: number, storedBytes: number | null): Promise<SparseLimits> {
  const { freeBytes, filesystem, maxFileBytes } = await readDiskSpace(folder)
  return {
    folder,
    dataBytes: storedBytes ?? Math.max(BOMB_BYTES, BOMB_RATIO * packedBytes),
    freeBytes,
    reserveBytes: storedBytes === null ? Math.min(RESERVE_BYTES, Math.floor(freeBytes * RESERVE_SHARE)) : 0,
    length: Math.min(maxFileBytes ?? MAX_LENGTH, MAX_LENGTH),
    keepsHoles: filesystem !== 'fat' && filesystem !== 'exfat',
    packedBytes,
    passesCache: mayPassCache(filesystem),
  }
}

/** Writes a file from its beginning to its end; blocks of zeros become holes. */
export class SparseFile {
  private readonly memory = takePageBuffers(BUFFERS, BUFFER_BYTES)
  private current = 0
  private filled = 0
  private dataBytes = 0
  /** What is under way with each of the buffers. */
  private readonly writing: Promise<void>[] = this.memory.buffers.map(() => Promise.resolve())
  private unflushedBytes = 0
  private flushing: Promise<void> | null = null
  private flushProblem: { readonly thrown: unknown } | null = null

  private constructor(
    private readonly handle: FileHandle,
    private readonly around: WriteAroundCache,
    private readonly limits: SparseLimits,
    /** Where the current buffer belongs. */
    private start: number,
  ) {}

  /** `file` has to be there, empty from `start` on as far as it is written. */
  static async open(file: string, limits: SparseLimits, start = 0): Promise<SparseFile> {
    return new SparseFile(await open(file, 'r+'), new WriteAroundCache(file, limits.passesCache), limits, start)
  }

  get length(): number {
    return this.start + this.filled
  }

  /** Bytes that were no holes. */
  get written(): number {
    return this.dataBytes
  }

  /** Throws `archive-too-large`, `no-space`, `file-too-large`. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + BUFFER_BYTES - this.filled)
      this.buffer.set(piece, this.filled)
      this.filled += piece.length
      at += piece.length
      if (this.filled === BUFFER_BYTES) await this.flush()
    }
  }

  /** Goes on at `offset`; what is passed over is a hole. */
  async moveTo(offset: number): Promise<void> {
    if (offset < this.length) throw new RangeError('a sparse file is written forwards')
    if (offset === this.length) return
    await this.flush()
    this.start = offset
  }

  /** Writes what is held back, where others go on writing the same file: its length stays open. */
  async settle(): Promise<void> {
    await this.flush()
    await Promise.all(this.writing)
    await this.flushing
    this.requireFlushed()
  }

  /** Gives the file its length. */
  async finish(length: number): Promise<void> {
    await this.flush()
    this.requireLength(length)
    if (!this.limits.keepsHoles) this.count(Math.max(0, length - this.start))
    await this.settle()
    await this.handle.truncate(length).catch((thrown: unknown) => this.rejectWrite(thrown))
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.writing)
    await this.flushing
    this.memory.giveBack()
    await this.around.close()
    await this.handle.close()
  }

  private get buffer(): Buffer {
    const buffer = this.memory.buffers[this.current]
    if (buffer === undefined) throw new RangeError('there is no such buffer')
    return buffer
  }

  /** Returns when there is a buffer to fill. */
  private async flush(): Promise<void> {
    const [length, start, buffer] = [this.filled, this.start, this.buffer]
    if (length === 0) return
    this.requireFlushed()
    this.requireLength(start + length)
    const runs = this.limits.keepsHoles ? dataRuns(buffer.subarray(0, length)) : [{ from: 0, to: length }]
    for (const { from, to } of runs) this.count(to - from)
    const writing = this.writeRuns(buffer, start, runs)
    writing.catch(() => {})
    this.writing[this.current] = writing
    this.current = (this.current + 1) % BUFFERS
    this.start += length
    this.filled = 0
    await this.writing[this.current]
  }

  private async writeRuns(buffer: Buffer, start: number, runs: readonly Run[]): Promise<void> {
    for (const { from, to } of runs) {
      for (let at = from; at < to; ) {
        const written = await this.writePiece(buffer, at, to - at, start + at).catch((thrown: unknown) => this.rejectWrite(thrown))
        at += written
        this.flushEarly(written)
      }
    }
  }

  private async writePiece(buffer: Buffer, from: number, length: number, position: number): Promise<number> {
    const written = await this.around.write(buffer, from, length, position)
    return written > 0 ? written : (await this.handle.write(buffer, from, length, position)).bytesWritten
  }

  /** The disk works while the rest is still on its way; else the flush at the end takes as long as all of it. */
  private flushEarly(bytes: number): void {
    this.unflushedBytes += bytes
    if (this.unflushedBytes < FLUSH_BYTES || this.flushing !== null) return
    this.unflushedBytes = 0
    this.flushing = this.handle.datasync().then(
      () => {
        this.flushing = null
      },
      // Kept: the kernel tells of a write that failed only once.
      (thrown: unknown) => {
        this.flushProblem ??= { thrown }
        this.flushing = null
      },
    )
  }

  private requireFlushed(): void {
    if (this.flushProblem !== null) this.rejectWrite(this.flushProblem.thrown)
  }

  private count(bytes: number): void {
    this.dataBytes += bytes
    const { dataBytes, freeBytes, reserveBytes, packedBytes } = this.limits
    if (this.dataBytes + reserveBytes > freeBytes) throw this.noSpace()
    if (this.dataBytes > dataBytes) throw new AppError('archive-too-large', { details: { limitBytes: dataBytes, packedBytes } })
  }

  private requireLength(length: number): void {
    if (length <= this.limits.length) return
    const { folder } = this.limits
    throw new AppError('file-too-large', {
      details: { folder, neededBytes: length, maxBytes: this.limits.length },
      actions: [{ kind: 'choose-output' }],
    })
  }

  private rejectWrite(thrown: unknown): never {
    throw ['ENOSPC', 'EDQUOT'].includes(errnoCode(thrown)) ? this.noSpace() : thrown
  }

  private noSpace(): AppError {
    const { folder, freeBytes, reserveBytes } = this.limits
    const neededBytes = this.dataBytes + reserveBytes
    return new AppError('no-space', {
      details: { folder, neededBytes, freeBytes },
      actions: [{ kind: 'free-space', folder, neededBytes, freeBytes }, { kind: 'choose-output' }, { kind: 'retry' }],
    })
  }
}

interface Run {
  readonly from: number
  readonly to: number
}

/** Where a buffer is not zero, in blocks that a file system could leave out. */
export function dataRuns(buffer: Buffer): Run[] {
  if (buffer.equals(ZEROS.subarray(0, buffer.length))) return []
  const runs: { from: number; to: number }[] = []
  for (let from = 0; from < buffer.length; from += HOLE_BYTES) {
    const to = Math.min(buffer.length, from + HOLE_BYTES)
    if (buffer.compare(ZEROS, 0, to - from, from, to) === 0) continue
    const last = runs.at(-1)
    if (last?.to === from) last.to = to
    else runs.push({ from, to })
  }
  return runs
}
