import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { AppError } from '#shared/errors/app-error'

/** A window that was loaded anew does not close what it had open. */
const MOST_STREAMS = 8
/** Who has gone asks no more: a call must not wait for ever. */
const WAIT_MS = 10_000

/**
 * Streams that the window reads and writes call by call. Nothing is read from one before the window asks for it: whoever writes has to
 * wait, and nothing piles up on the way.
 */
export class StreamTable {
  readonly #streams = new Map<string, Duplex>()

  add(stream: Duplex): string {
    const id = randomUUID()
    const oldest = this.#streams.size < MOST_STREAMS ? undefined : this.#streams.keys().next().value
    if (oldest !== undefined) this.close(oldest)
    this.#streams.set(id, stream)
    stream.on('error', () => {})
    return id
  }

  /** What has come since the last call; waits for it. */
  async read(id: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; ended: boolean }> {
    const stream = this.#get(id)
    const found = take(stream)
    if (found !== null) return { bytes: found, ended: false }
    if (!isOver(stream)) await somethingNew(stream)
    const bytes = take(stream) ?? new Uint8Array()
    const ended = bytes.length === 0 && isOver(stream)
    if (ended) this.close(id)
    return { bytes, ended }
  }

  async write(id: string, bytes: Uint8Array): Promise<void> {
    const stream = this.#get(id)
    await new Promise<void>((resolve) => {
      // How it ended is told to who reads
      stream.write(bytes, () => resolve())
    })
  }

  close(id: string): void {
    this.#streams.get(id)?.destroy()
    this.#streams.delete(id)
  }

  #get(id: string): Duplex {
    const stream = this.#streams.get(id)
    if (stream === undefined) throw new AppError('bad-input', { details: { problem: 'there is no such stream' } })
    return stream
  }
}

function take(stream: Duplex): Uint8Array<ArrayBuffer> | null {
  const bytes: unknown = stream.read()
  return bytes instanceof Uint8Array ? Uint8Array.from(bytes) : null
}

function isOver({ readableEnded, destroyed }: Duplex): boolean {
  return readableEnded || destroyed
}

function somethingNew(stream: Duplex): Promise<void> {
  const events = ['readable', 'end', 'close'] as const
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      for (const event of events) stream.off(event, done)
      resolve()
    }
    const timer = setTimeout(done, WAIT_MS)
    for (const event of events) stream.on(event, done)
  })
}
