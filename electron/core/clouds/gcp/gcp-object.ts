import { createHash, type Hash } from 'node:crypto'
import fs from 'node:fs'
import { AppError } from '#shared/errors/app-error'
import { crc32c } from '#shared/lint/checksums'
import { pathOf } from '../transfer/service-call.js'
import { type GcpClient, orNull } from './gcp-client.js'
import { SERVICE } from './gcp-credentials.js'

export interface GcsPlace {
  readonly bucket: string
  readonly object: string
}

/** Source: Cloud Storage JSON API, Objects. */
export interface GcsObject {
  readonly size: string
  /** Base64; objects that were composed of others have none. */
  readonly md5Hash?: string
  /** Base64 of the number, its highest byte first; every object has one. */
  readonly crc32c?: string
  readonly generation: string
}

/** How far a session came: bytes that are kept there, or the object once it is whole. */
export type SessionState = { readonly bytes: number } | { readonly object: GcsObject }

export function objectCalls(client: GcpClient, { bucket, object }: GcsPlace) {
  const about = {
    service: 'storage' as const,
    what: `write to the bucket ${bucket}`,
    subject: `The object ${object} in the bucket ${bucket}`,
  }
  const path = pathOf('storage', 'v1', 'b', bucket, 'o', object)
  const stateOf = ({
    status,
    headers,
    data,
  }: {
    status: number
    headers: Readonly<Record<string, string>>
    data: GcsObject
  }): SessionState => {
    if (status !== 308) return { object: data }
    // Without a range nothing is kept yet.
    const last = /^bytes=0-(\d+)$/.exec(headers.range ?? '')?.[1]
    return { bytes: last === undefined ? 0 : Number(last) + 1 }
  }
  return {
    async read(): Promise<GcsObject | null> {
      const answer = await orNull(client.call<GcsObject>({ ...about, what: `read the bucket ${bucket}`, method: 'GET', path }))
      return answer?.data ?? null
    },
    async remove(generation: string): Promise<void> {
      const query = { ifGenerationMatch: generation }
      await orNull(client.call({ ...about, what: `delete from the bucket ${bucket}`, method: 'DELETE', path, query }))
    },
    /** Address of a session; it can be used for a week. Another object of the name is never replaced. */
    async begin(bytes: number): Promise<string> {
      const { headers } = await client.call({
        ...about,
        method: 'POST',
        path: pathOf('upload', 'storage', 'v1', 'b', bucket, 'o'),
        query: { uploadType: 'resumable', name: object, ifGenerationMatch: 0 },
        json: { contentType: 'application/gzip' },
        headers: { 'x-upload-content-type': 'application/gzip', 'x-upload-content-length': String(bytes) },
      })
      if (headers.location !== undefined) return headers.location
      throw new AppError('cloud-failed', { details: { service: SERVICE, reason: 'It began an upload without an address' } })
    },
    /** Null when the session is not there any more. */
    async state(session: string, total: number | '*'): Promise<SessionState | null> {
      const headers = { 'content-range': `bytes */${total}`, 'content-length': '0' }
      const request = { ...about, method: 'PUT' as const, path: session, headers, okStatuses: [308, 410] }
      const answer = await orNull(client.call<GcsObject>(request))
      return answer === null || answer.status === 410 ? null : stateOf(answer)
    },
    /** Not tried again: what arrived of a chunk that broke off is asked for with `state`. */
    async send(
      session: string,
      chunk: { file: string; start: number; length: number },
      total: number,
      signal: AbortSignal,
    ): Promise<SessionState> {
      const { start, length } = chunk
      const range = length === 0 ? `bytes */${total}` : `bytes ${start}-${start + length - 1}/${total}`
      const request = { ...about, method: 'PUT' as const, path: session, headers: { 'content-range': range }, okStatuses: [308] }
      return stateOf(await client.call<GcsObject>({ ...request, once: true, stream: () => readBytes(chunk, signal), streamBytes: length }))
    },
    async abandon(session: string): Promise<void> {
      // 499 is how it says that it was given up.
      await orNull(client.call({ ...about, method: 'DELETE', path: session, okStatuses: [499, 410] }))
    },
  }
}
export type GcsCalls = ReturnType<typeof objectCalls>

const PIECE_BYTES = 1024 * 1024

/** Opened when the first piece is asked for: a stream that nobody reads would throw where nobody listens when the upload is cancelled. */
async function* readBytes(
  { file, start, length }: { file: string; start: number; length: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (length === 0) return
  yield* fs.createReadStream(file, { start, end: start + length - 1, highWaterMark: PIECE_BYTES, signal })
}

/** What Cloud Storage tells of an object's content, in base64. */
export interface GcsDigests {
  readonly md5: string
  readonly crc32c: string
}

/** Digests of a file that is read in order, a piece after the other; what was hashed is not read again. */
export class RunningDigests {
  private readonly hash: Hash = createHash('md5')
  private crc = 0
  private at = 0

  constructor(
    private readonly file: string,
    private readonly signal: AbortSignal,
  ) {}

  async upTo(end: number): Promise<void> {
    if (end <= this.at) return
    for await (const piece of readBytes({ file: this.file, start: this.at, length: end - this.at }, this.signal)) {
      this.hash.update(piece)
      this.crc = crc32c(piece, this.crc)
    }
    this.at = end
  }

  /** Ends it. */
  digests(): GcsDigests {
    const crc = Buffer.alloc(4)
    crc.writeUInt32BE(this.crc)
    return { md5: this.hash.digest('base64'), crc32c: crc.toString('base64') }
  }
}

/** By which digests an object is what was sent: by all that are told, and by one at least. Null when it is not. */
export function agreement({ md5Hash, crc32c: told }: GcsObject, { md5, crc32c: own }: GcsDigests): 'md5' | 'crc32c' | null {
  if (md5Hash !== undefined && md5Hash !== md5) return null
  if (told !== undefined && told !== own) return null
  if (md5Hash !== undefined) return 'md5'
  return told === undefined ? null : 'crc32c'
}
