import type { Gunzip } from 'node:zlib'

/** What may wait while zlib is busy. */
const MOST_WAITING_BYTES = 1024 * 1024

/**
 * Gives zlib what arrives while it is busy in one piece: each piece is a way to another thread and back, and pieces of the net are small. What is slow to arrive waits
 * for nothing.
 */
export class GunzipFeeder {
  private waiting: Uint8Array[] = []
  private waitingBytes = 0
  private writing: Promise<void> | null = null
  private fed = 0
  /** What was written and may lie behind the end of the gzip file. */
  private readonly written: { readonly at: number; readonly bytes: Uint8Array }[] = []

  /** `done`: resolves when the stream has ended, whatever the reason. */
  constructor(
    private readonly stream: Gunzip,
    private readonly done: Promise<void>,
  ) {}

  /** Resolves when there is room for more. */
  async add(bytes: Uint8Array): Promise<void> {
    this.waiting.push(bytes)
    this.waitingBytes += bytes.length
    this.writing ??= this.writeAll()
    if (this.waitingBytes >= MOST_WAITING_BYTES) await this.writing
  }

  /** There is no more. */
  async end(): Promise<void> {
    await this.writing
    if (this.stream.writable) this.stream.end()
  }

  /** What was added behind the end of the gzip file, once the stream has ended. */
  *behindTheEnd(): Generator<Uint8Array> {
    for (const { at, bytes } of this.written) yield bytes.subarray(Math.max(0, this.stream.bytesWritten - at))
    yield* this.waiting
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0 && this.stream.writable) {
      const bytes = this.waiting.length === 1 ? (this.waiting[0] ?? new Uint8Array(0)) : Buffer.concat(this.waiting)
      this.waiting = []
      this.waitingBytes = 0
      const isTaken = (one: { readonly at: number; readonly bytes: Uint8Array }): boolean =>
        one.at + one.bytes.length <= this.stream.bytesWritten
      while (this.written[0] !== undefined && isTaken(this.written[0])) this.written.shift()
      this.written.push({ at: this.fed, bytes })
      this.fed += bytes.length
      await Promise.race([new Promise<void>((resolve) => this.stream.write(bytes, () => resolve())), this.done])
    }
    this.writing = null
  }
}
