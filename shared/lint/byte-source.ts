import { ByteView } from '../images/byte-view.js'

/** Bytes that can be read anywhere: a file, or a part of one. */
export interface ByteSource {
  readonly bytes: number
  /** The bytes that exist of `length` bytes from `offset` on, never more. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** What rules need of their host; `shared` itself has neither files nor codecs. */
export interface LintHost {
  /** A new running digest. */
  hash(name: 'sha1' | 'sha256' | 'sha512'): RunningHash
  /** What a gzip file holds, in pieces. Throws `DamagedData` when it is damaged or cut short. */
  gunzip(source: ByteSource): AsyncIterable<Uint8Array>
  /** What a zlib stream holds (RFC 1950); null when it is damaged, or holds more than `limit` bytes. */
  inflate(bytes: Uint8Array, limit: number): Uint8Array | null
  /** Size of a regular file beside the file that is looked at; null when there is none of that plain name. */
  siblingBytes(name: string): Promise<number | null>
  /** Throws when the user gave up. */
  throwIfStopped(): void
}

/** What is read cannot be unpacked: the file's own fault, and so a finding. */
export class DamagedData extends Error {
  override readonly name = 'DamagedData'
}

export interface RunningHash {
  update(bytes: Uint8Array): void
  /** Lower-case hex. */
  hex(): string
}

const PIECE = 1024 * 1024

/** A part of a source as a source of its own, cut to what exists. */
export function windowOf(source: ByteSource, offset: number, length: number): ByteSource {
  const start = Math.min(Math.max(0, offset), source.bytes)
  const bytes = Math.min(Math.max(0, length), source.bytes - start)
  return {
    bytes,
    read: async (at, count) => {
      if (at < 0 || at >= bytes) return new Uint8Array(0)
      return source.read(start + at, Math.min(count, bytes - at))
    },
  }
}

export async function viewOf(source: ByteSource, offset: number, length: number): Promise<ByteView> {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset >= source.bytes || length <= 0) return new ByteView(new Uint8Array(0))
  return new ByteView(await source.read(offset, Math.min(length, source.bytes - offset)))
}

/** All bytes in order, in pieces of 1 MiB. */
export async function* piecesOf(source: ByteSource, host: Pick<LintHost, 'throwIfStopped'>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.bytes; ) {
    host.throwIfStopped()
    const piece = await source.read(at, Math.min(PIECE, source.bytes - at))
    if (piece.length === 0) return
    at += piece.length
    yield piece
  }
}

export async function digestOf(source: ByteSource, name: 'sha1' | 'sha256' | 'sha512', host: LintHost): Promise<string> {
  const hash = host.hash(name)
  for await (const piece of piecesOf(source, host)) hash.update(piece)
  return hash.hex()
}
