import { DamagedData } from './byte-source.js'

/** Pieces that come one after another, taken in lengths of one's own choice. */
export class ByteStream {
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** The next piece, at most so long; empty at the end. */
  async next(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#pieces.next()
      if (done === true) return new Uint8Array(0)
      this.#rest = value
    }
    const piece = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(piece.length)
    return piece
  }

  /** Exactly so many bytes; fewer only at the end. For what is small. */
  async take(length: number): Promise<Uint8Array> {
    const whole = new Uint8Array(length)
    let done = 0
    while (done < length) {
      const piece = await this.next(length - done)
      if (piece.length === 0) return whole.subarray(0, done)
      whole.set(piece, done)
      done += piece.length
    }
    return whole
  }

  /** Hands on so many bytes, in pieces. Throws `DamagedData` where they end early. */
  async pass(length: number, onPiece: (piece: Uint8Array, at: number) => void = () => {}): Promise<void> {
    for (let at = 0; at < length; ) {
      const piece = await this.next(length - at)
      if (piece.length === 0) throw new DamagedData('It ends inside of a member')
      onPiece(piece, at)
      at += piece.length
    }
  }

  /** Ends the reading, wherever it is. */
  async close(): Promise<void> {
    await this.#pieces.return?.()
  }
}
