/**
 * Splits a byte stream into text records that end at `\n` or `\r` (qemu-img -p separates its percentages by `\r`).
 * Empty records are dropped. A record longer than `maxBytes` is given out in pieces, so hostile output stays bounded.
 */
export class RecordSplitter {
  private pending: Buffer = Buffer.alloc(0)

  constructor(
    private readonly onRecord: (record: string) => void,
    private readonly maxBytes = 64 * 1024,
  ) {}

  push(chunk: Buffer): void {
    let rest = this.pending.length > 0 ? Buffer.concat([this.pending, chunk]) : chunk
    let end = nextBreak(rest)
    while (end >= 0) {
      this.emit(rest.subarray(0, end))
      rest = rest.subarray(end + 1)
      end = nextBreak(rest)
    }
    while (rest.length > this.maxBytes) {
      this.emit(rest.subarray(0, this.maxBytes))
      rest = rest.subarray(this.maxBytes)
    }
    this.pending = Buffer.from(rest)
  }

  /** Gives out what is left when the stream has ended. */
  end(): void {
    this.emit(this.pending)
    this.pending = Buffer.alloc(0)
  }

  private emit(bytes: Buffer): void {
    const record = bytes.toString('utf8').trim()
    if (record !== '') this.onRecord(record)
  }
}

function nextBreak(bytes: Buffer): number {
  const newline = bytes.indexOf(10)
  // Only as far as the newline: a chunk of many lines would otherwise be searched to its end for each of them.
  const carriage = (newline < 0 ? bytes : bytes.subarray(0, newline)).indexOf(13)
  return carriage < 0 ? newline : carriage
}
