import { AppError } from '#shared/errors/app-error'
import { formatBytes } from '#shared/text/bytes'
import { hasBlob, mount, UPLOADS } from './find-blob.js'
import { errorWords } from './registry-answer.js'
import { REGISTRY_LIMITS } from './registry-limits.js'
import type { RegistryResponse, RegistrySession } from './registry-session.js'

/** A blob that can be read from anywhere, as often as it takes. */
export interface PushableBlob {
  /** `sha256:…` */
  readonly digest: string
  readonly bytes: number
  /** From one byte up to another, which is left out. Each walk begins anew. */
  read(from: number, to: number): AsyncIterable<Uint8Array>
}

/** Where uploads of blobs go on after a break of the program, by their digest. */
export interface BlobMemory {
  /** Address that the registry gave for the rest; null where nothing was begun. */
  get(digest: string): string | null
  set(digest: string, location: string | null): Promise<void>
}

export interface PushOptions {
  readonly memory?: BlobMemory | undefined
  /** Bytes that the registry has of the blob. Goes back when it lost some. */
  readonly onBytes?: ((bytes: number) => void) | undefined
  /** Other repositories of the same registry that may hold the blob. */
  readonly mountFrom?: readonly string[] | undefined
  readonly chunkBytes?: number | undefined
  /** Waits before it tries again; throws `cancelled`. */
  readonly wait: (seconds: number) => Promise<void>
}

export interface PushedBlob {
  readonly how: 'present' | 'mounted' | 'sent'
  /** Bytes that went over the wire, what was sent twice counted twice. */
  readonly sentBytes: number
}

const MIB = 1024 ** 2
const CHUNK_BYTES = 16 * MIB
/** nginx lets 1 MiB through unless it is told otherwise (`client_max_body_size`). */
const SMALLEST_CHUNK = MIB / 2
/** Breaks in a row without a byte more at the registry. */
const MAX_BREAKS = 5

const BREAKS: ReadonlySet<string> = new Set(['registry-unreachable', 'registry-stalled', 'registry-failed', 'registry-busy'])
/** How registries and what stands before them say that they take no blob in pieces. */
const NO_CHUNKS: ReadonlySet<number> = new Set([400, 405, 411, 501])

interface Upload {
  readonly location: string
  /** Bytes that the registry has. */
  readonly offset: number
  /** `OCI-Chunk-Min-Length`. */
  readonly leastChunk: number
}

/**
 * Brings a blob into a repository (OCI distribution specification 1.1, "Pushing blobs"): not at all when it is there, by a mount where
 * another repository has it, else in pieces. After a break the registry is asked how much it has, and only the rest is sent; one that lost the
 * upload (distribution 2.x does when it is cut inside of a piece) gets it again from the beginning. Throws what `RegistrySession.request`
 * throws, `blob-mismatch` when the registry says that other bytes arrived, `cancelled`.
 */
export async function pushBlob(session: RegistrySession, blob: PushableBlob, options: PushOptions): Promise<PushedBlob> {
  if (await hasBlob(session, blob)) return { how: 'present', sentBytes: 0 }
  for (const from of options.mountFrom ?? []) {
    if (await mount(session, blob.digest, from)) return { how: 'mounted', sentBytes: 0 }
  }
  const sentBytes = await new BlobUpload(session, blob, options).run()
  return { how: 'sent', sentBytes }
}

class BlobUpload {
  private sentBytes = 0
  private breaks = 0
  private most = 0
  private chunkBytes: number
  /** One PUT with all of it: for what fits into a piece, and where pieces are refused. */
  private isWhole: boolean
  private chunksRefused = false
  private final: AppError | undefined

  constructor(
    private readonly session: RegistrySession,
    private readonly blob: PushableBlob,
    private readonly options: PushOptions,
  ) {
    this.chunkBytes = options.chunkBytes ?? CHUNK_BYTES
    this.isWhole = blob.bytes <= this.chunkBytes
  }

  async run(): Promise<number> {
    let upload: Upload | null = null
    for (;;) {
      try {
        upload ??= (await this.begunBefore()) ?? (await this.begin())
        const next: Upload | 'done' | 'again' = await this.step(upload)
        await this.options.memory?.set(this.blob.digest, typeof next === 'string' ? null : next.location)
        if (next === 'done') return this.sentBytes
        upload = next === 'again' ? null : next
        if (upload !== null) this.reached(upload.offset)
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown === this.final || !this.isBreak(thrown, upload)) throw thrown
        await this.countBreak(thrown)
        if (await this.arrivedAnyway()) return this.sentBytes
        upload = upload === null ? null : await this.whereItStands(upload)
      }
    }
  }

  /** A token that ends in the middle is renewed by the next request that is no stream; one that was refused throws again there. */
  private isBreak({ code }: AppError, upload: Upload | null): boolean {
    return BREAKS.has(code) || (code === 'sign-in-needed' && upload !== null)
  }

  /** Sends a piece, or all, or ends the upload. `again`: it has to begin anew. */
  private async step(upload: Upload): Promise<Upload | 'done' | 'again'> {
    if (this.isWhole && upload.offset === 0) return this.put(upload, 0)
    if (upload.offset >= this.blob.bytes) return this.put(upload, this.blob.bytes)
    return this.patch(upload)
  }

  /** An upload that another run of the program began; null when the registry knows nothing of it any more. */
  private async begunBefore(): Promise<Upload | null> {
    const location = this.options.memory?.get(this.blob.digest) ?? null
    if (location === null) return null
    await this.options.memory?.set(this.blob.digest, null)
    return this.isWhole ? null : this.whereItStands({ location, offset: 0, leastChunk: 0 })
  }

  private async begin(): Promise<Upload> {
    const response = await this.session.request({ method: 'POST', path: UPLOADS, okStatuses: [202], headers: { 'content-length': '0' } })
    await response.discard()
    this.options.onBytes?.(0)
    return { location: locationOf(response), offset: 0, leastChunk: Number(response.headers['oci-chunk-min-length'] ?? 0) || 0 }
  }

  private async patch(upload: Upload): Promise<Upload | 'again'> {
    const to = Math.min(this.blob.bytes, upload.offset + Math.max(this.chunkBytes, upload.leastChunk))
    const response = await this.session.request({
      method: 'PATCH',
      path: upload.location,
      headers: { 'content-type': 'application/octet-stream', 'content-range': `${upload.offset}-${to - 1}` },
      body: this.body(upload.offset, to),
      bodyBytes: to - upload.offset,
      okStatuses: [201, 202, 204, 404, 413, 416, ...NO_CHUNKS],
    })
    const { status, headers } = response
    if (status < 300) {
      await response.discard()
      return { ...upload, location: locationOf(response), offset: endOfRange(headers.range) ?? to }
    }
    const problem = await this.problem(response, 'It did not take a piece of the blob')
    if (status === 413) return this.smaller(upload, problem)
    if (NO_CHUNKS.has(status) && upload.offset === 0) {
      this.chunksRefused = true
      this.isWhole = true
      return 'again'
    }
    await this.countBreak(problem)
    return status === 416 ? ((await this.whereItStands(upload)) ?? 'again') : 'again'
  }

  private async put(upload: Upload, from: number): Promise<'done' | 'again'> {
    const location = `${upload.location}${upload.location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(this.blob.digest)}`
    const length = this.blob.bytes - from
    const response = await this.session.request({
      method: 'PUT',
      path: location,
      headers: { 'content-type': 'application/octet-stream' },
      body: length === 0 ? new Uint8Array(0) : this.body(from, this.blob.bytes),
      bodyBytes: length,
      okStatuses: [201, 202, 204, 400, 404, 413, 416],
    })
    if (response.status < 300) {
      await response.discard()
      this.options.onBytes?.(this.blob.bytes)
      return 'done'
    }
    const problem = await this.problem(response, 'It did not take the blob')
    if (response.status === 413) {
      if (this.chunksRefused) this.giveUp(problem)
      this.isWhole = false
      await this.smaller(upload, problem)
    } else if (response.status === 400 && /digest/i.test(String(problem.data.details?.reason))) {
      throw new AppError('blob-mismatch', { details: { digest: this.blob.digest, reason: problem.data.details?.reason ?? '' } })
    } else await this.countBreak(problem)
    return 'again'
  }

  private async smaller(upload: Upload, problem: AppError): Promise<Upload | 'again'> {
    const half = Math.floor(Math.min(this.chunkBytes, this.blob.bytes) / 2)
    if (half < Math.max(SMALLEST_CHUNK, upload.leastChunk)) this.giveUp(problem)
    this.chunkBytes = half
    return (await this.whereItStands(upload)) ?? 'again'
  }

  /** How much the registry has of an upload; null when it knows nothing of it. */
  private async whereItStands(upload: Upload): Promise<Upload | null> {
    const response = await this.session
      .request({ method: 'GET', path: upload.location, okStatuses: [200, 202, 204, 400, 404, 405, 416] })
      .catch((thrown: unknown) => {
        if (thrown instanceof AppError && BREAKS.has(thrown.code)) return null
        throw thrown
      })
    await response?.discard()
    const offset = endOfRange(response?.headers.range)
    if (response === null || response.status >= 300 || offset === null || offset > this.blob.bytes) return null
    this.options.onBytes?.(offset)
    return { ...upload, offset, location: response.headers.location === undefined ? upload.location : locationOf(response) }
  }

  /** The answer to the last request may be what was lost. */
  private async arrivedAnyway(): Promise<boolean> {
    return hasBlob(this.session, this.blob).catch((thrown: unknown) => {
      if (thrown instanceof AppError && BREAKS.has(thrown.code)) return false
      throw thrown
    })
  }

  private reached(offset: number): void {
    if (offset > this.most) this.breaks = 0
    this.most = Math.max(this.most, offset)
    this.options.onBytes?.(offset)
  }

  private async countBreak(problem: AppError): Promise<void> {
    this.breaks += 1
    if (this.breaks > MAX_BREAKS) this.giveUp(problem)
    await this.options.wait(2 ** (this.breaks - 1))
  }

  private giveUp(problem: AppError): never {
    this.final = problem
    throw problem
  }

  private async problem(response: RegistryResponse, what: string): Promise<AppError> {
    const text = (await response.bytes(64 * 1024).catch(() => Buffer.alloc(0))).toString('utf8')
    const limit = response.status === 413 ? `; not even ${formatBytes(Math.min(this.chunkBytes, this.blob.bytes))} at once` : ''
    const details = {
      registry: this.session.endpoint,
      status: response.status,
      reason: `${what}: ${reasonOf(text, response.status)}${limit}`,
    }
    return new AppError('registry-failed', { details, actions: [{ kind: 'retry' }] })
  }

  private body(from: number, to: number): AsyncIterable<Uint8Array> {
    const { blob, options } = this
    const count = (bytes: number): void => {
      this.sentBytes += bytes
    }
    return {
      async *[Symbol.asyncIterator]() {
        let at = from
        for await (const piece of blob.read(from, to)) {
          yield piece
          at += piece.length
          count(piece.length)
          options.onBytes?.(at)
        }
      },
    }
  }
}

/** Waits as `PushOptions.wait` is meant to. */
export function waitFor(signal: AbortSignal, tell: (seconds: number) => void = () => {}): PushOptions['wait'] {
  return (seconds) => {
    tell(seconds)
    return REGISTRY_LIMITS.wait(seconds * 1000, signal)
  }
}

/** What a registry says against something; a proxy in between answers with a page. */
export function reasonOf(text: string, status: number): string {
  return errorWords(text) || `it answered ${status}`
}

/** Bytes that a `Range: 0-N` speaks of; distribution says `0-0` for none. */
function endOfRange(range: string | undefined): number | null {
  const end = /^(?:bytes=)?0-(\d+)$/.exec(range ?? '')?.[1]
  if (end === undefined) return null
  return end === '0' ? 0 : Number(end) + 1
}

function locationOf(response: RegistryResponse): string {
  const { location } = response.headers
  if (location === undefined) {
    throw new AppError('registry-failed', { details: { status: response.status, reason: 'It did not say where to upload to' } })
  }
  return new URL(location, response.url).toString()
}
