const BLOCK_BYTES = 64 * 1024

/** The end of a stream of bytes. A guest may write them one by one: what each takes in memory and time must not depend on how they come. */
export class ByteTail {
  /** What is held: all, or at least `capacity` bytes and at most a block more. */
  length = 0
  dropped = 0
  private readonly blocks: Buffer[] = []
  /** Of the last block. */
  private used = BLOCK_BYTES

  constructor(private readonly capacity: number) {}

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.used === BLOCK_BYTES) {
        this.blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES))
        this.used = 0
      }
      const piece = bytes.subarray(at, at + BLOCK_BYTES - this.used)
      this.blocks.at(-1)?.set(piece, this.used)
      this.used += piece.length
      this.length += piece.length
      at += piece.length
      while (this.length - BLOCK_BYTES >= this.capacity) this.dropFirst()
    }
  }

  /** A copy of what is held. */
  bytes(): Buffer {
    return Buffer.concat(this.blocks, this.length)
  }

  private dropFirst(): void {
    this.blocks.shift()
    this.length -= BLOCK_BYTES
    this.dropped += BLOCK_BYTES
  }
}
