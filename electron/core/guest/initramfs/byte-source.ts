/** Bytes of a stream, taken in amounts that a format asks for. Holds no more than what is asked for and one piece. */
export class ByteSource {
  private readonly pieces: AsyncIterator<Uint8Array>
  private held: Uint8Array = new Uint8Array(0)
  private taken = 0

  constructor(content: AsyncIterable<Uint8Array>) {
    this.pieces = content[Symbol.asyncIterator]()
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.taken
  }

  /** The next `length` bytes, fewer at the end; they stay. */
  async peek(length: number): Promise<Buffer> {
    while (this.held.length < length) {
      const next = await this.pieces.next()
      if (next.done) break
      this.held = this.held.length === 0 ? next.value : Buffer.concat([this.held, next.value])
    }
    return view(this.held.subarray(0, length))
  }

  /** The next `length` bytes, fewer at the end. */
  async take(length: number): Promise<Buffer> {
    const bytes = await this.peek(length)
    this.held = this.held.subarray(bytes.length)
    this.taken += bytes.length
    return bytes
  }

  /** What comes next, at most `most` bytes; empty at the end. */
  async some(most = Number.POSITIVE_INFINITY): Promise<Buffer> {
    if (this.held.length === 0) await this.peek(1)
    return this.take(Math.min(most, this.held.length))
  }

  /** Passes over bytes; false where the end comes first. */
  async skip(length: number): Promise<boolean> {
    let left = length
    while (left > 0) {
      const passed = (await this.some(left)).length
      if (passed === 0) return false
      left -= passed
    }
    return true
  }

  /** Passes over zeros; false at the end. */
  async skipZeros(): Promise<boolean> {
    for (;;) {
      const [next] = await this.peek(1)
      if (next === undefined) return false
      const end = this.held.findIndex((byte) => byte !== 0)
      await this.take(end < 0 ? this.held.length : end)
      if (end >= 0) return true
    }
  }

  /** Puts back what was taken last. */
  untake(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.held = Buffer.concat([bytes, this.held])
    this.taken -= bytes.length
  }

  /** Ends the stream that it reads. */
  async close(): Promise<void> {
    await this.pieces.return?.()
  }
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
