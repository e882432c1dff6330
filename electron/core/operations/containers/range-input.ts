/** What comes with the first request, and the least of each: a header and the beginning of a file. */
const FIRST_BYTES = 128 * 1024
const MOST_BYTES = 4 * 1024 * 1024

/**
 * A layer that is not compressed, read where it lies: what is skipped is not fetched. Reads ahead the further the less is skipped. Nobody vouches for what it
 * gives: no digest can be checked over parts.
 */
export class RangeInput {
  private at = 0
  private window: Buffer = Buffer.alloc(0)
  private windowAt = 0
  private ahead = FIRST_BYTES

  constructor(
    private readonly read: (offset: number, length: number) => Promise<Buffer>,
    private readonly length: number,
    /** Told how far it is. */
    private readonly onPosition: (bytes: number) => void = () => {},
  ) {}

  get position(): number {
    return this.at
  }

  /** The next bytes, fewer at the end; they stay. */
  async peek(length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.length - this.at))
    if (this.held() < wanted) await this.fill(wanted)
    const from = this.at - this.windowAt
    return this.window.subarray(from, from + wanted)
  }

  async take(length: number): Promise<Buffer> {
    const bytes = await this.peek(length)
    this.move(bytes.length)
    return bytes
  }

  /** What comes next, at most `most` bytes; empty at the end. */
  async some(most = Number.POSITIVE_INFINITY): Promise<Buffer> {
    return this.take(Math.min(most, Math.max(1, this.held())))
  }

  async skip(length: number): Promise<boolean> {
    const isThere = this.at + length <= this.length
    this.move(Math.min(length, this.length - this.at))
    return isThere
  }

  private held(): number {
    const from = this.at - this.windowAt
    return from < 0 || from > this.window.length ? 0 : this.window.length - from
  }

  private move(length: number): void {
    this.at += length
    this.onPosition(this.at)
  }

  private async fill(wanted: number): Promise<void> {
    const isNext = this.at >= this.windowAt && this.at <= this.windowAt + this.window.length
    const kept = isNext ? this.window.subarray(this.at - this.windowAt) : Buffer.alloc(0)
    this.ahead = isNext && this.window.length > 0 ? Math.min(MOST_BYTES, this.ahead * 2) : FIRST_BYTES
    const pieces: Buffer[] = [kept]
    let have = kept.length
    const goal = Math.min(this.length - this.at, Math.max(wanted, kept.length + this.ahead))
    while (have < Math.max(wanted, 1) || (have < goal && pieces.length === 1)) {
      const bytes = await this.read(this.at + have, goal - have)
      if (bytes.length === 0) break
      pieces.push(bytes)
      have += bytes.length
    }
    this.window = Buffer.concat(pieces)
    this.windowAt = this.at
  }
}
