import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors/app-error'
import type { RegistryRequest, RegistryResponse, RegistrySession } from '../registry-session.js'

/** What goes wrong: `cut` breaks after so many bytes of a body, `status` answers with it, `lose` forgets the upload. Undefined: nothing. */
export type Fault =
  | { readonly cut: number }
  | { readonly status: number }
  | { readonly lose: true }
  | { readonly answerLost: true }
  | undefined

export interface DoubleRules {
  /** Asked for each request; `number` counts those of the method. */
  readonly fault?: (method: string, number: number, bodyBytes: number) => Fault
  /** As distribution 2.x: an upload that is cut inside of a piece is forgotten. */
  readonly forgetsCuts?: boolean
  readonly leastChunk?: number
  readonly mountable?: ReadonlySet<string>
  readonly relativeLocations?: boolean
}

/** A repository in memory that keeps the rules of uploads of the distribution specification, and fails as it is told. */
export class UploadDouble implements RegistrySession {
  readonly endpoint = 'registry.example'
  readonly repository = 'team/disk'
  readonly isMirror = false
  readonly isPlainHttp = false
  readonly blobs = new Map<string, Buffer>()
  readonly requests: string[] = []
  private readonly uploads = new Map<string, Buffer>()
  private readonly counts = new Map<string, number>()
  private started = 0

  constructor(private readonly rules: DoubleRules = {}) {}

  async request(request: RegistryRequest): Promise<RegistryResponse> {
    const url = new URL(request.path, 'https://registry.example/v2/team/disk/')
    this.requests.push(`${request.method} ${request.headers?.['content-range'] ?? url.pathname.split('/').at(-1)?.slice(0, 12)}`)
    const number = (this.counts.get(request.method) ?? 0) + 1
    this.counts.set(request.method, number)
    const fault = this.rules.fault?.(request.method, number, request.bodyBytes ?? 0)
    if (fault !== undefined && 'status' in fault) return this.answer(request, fault.status, {})
    const key = url.pathname.split('/').at(-1) ?? ''
    if (fault !== undefined && 'lose' in fault) this.uploads.delete(key)
    const body = await bodyOf(request, fault !== undefined && 'cut' in fault ? fault.cut : null)
    if (fault !== undefined && 'cut' in fault) {
      const kept = this.uploads.get(key)
      if (this.rules.forgetsCuts === true) this.uploads.delete(key)
      else if (kept !== undefined) this.uploads.set(key, Buffer.concat([kept, body]))
      throw new AppError('registry-unreachable', { details: { reason: 'the connection was cut' } })
    }
    const answer = this.handle(request, url, key, body)
    if (fault !== undefined && 'answerLost' in fault) throw new AppError('registry-unreachable', { details: { reason: 'no answer' } })
    return answer
  }

  async close(): Promise<void> {}

  private handle(request: RegistryRequest, url: URL, key: string, body: Buffer): RegistryResponse {
    if (request.method === 'HEAD') {
      const blob = this.blobs.get(key)
      return this.answer(request, blob === undefined ? 404 : 200, blob === undefined ? {} : { 'content-length': `${blob.length}` })
    }
    if (request.method === 'POST') return this.begin(request, url)
    const held = this.uploads.get(key)
    if (held === undefined) return this.answer(request, 404, {})
    if (request.method === 'GET') return this.answer(request, 204, this.place(key, held))
    const range = /^(\d+)-(\d+)$/.exec(request.headers?.['content-range'] ?? '')
    if (range !== null && Number(range[1]) !== held.length) return this.answer(request, 416, this.place(key, held))
    const now = Buffer.concat([held, body])
    this.uploads.set(key, now)
    if (request.method === 'PATCH') return this.answer(request, 202, this.place(key, now))
    const digest = `sha256:${createHash('sha256').update(now).digest('hex')}`
    if (digest !== url.searchParams.get('digest')) return this.answer(request, 400, {}, 'DIGEST_INVALID')
    this.blobs.set(digest, now)
    return this.answer(request, 201, {})
  }

  private begin(request: RegistryRequest, url: URL): RegistryResponse {
    const mounted = url.searchParams.get('mount')
    const from = url.searchParams.get('from') ?? ''
    if (mounted !== null && this.rules.mountable?.has(from) === true) return this.answer(request, 201, {})
    this.started += 1
    const key = `upload-${this.started}`
    this.uploads.set(key, Buffer.alloc(0))
    const least: Record<string, string> = this.rules.leastChunk === undefined ? {} : { 'oci-chunk-min-length': `${this.rules.leastChunk}` }
    return this.answer(request, 202, { ...this.place(key, Buffer.alloc(0)), ...least })
  }

  private place(key: string, held: Buffer): Record<string, string> {
    const path = `/v2/team/disk/blobs/uploads/${key}?_state=${held.length}`
    const location = this.rules.relativeLocations === true ? path : `https://registry.example${path}`
    return { location, range: `0-${Math.max(0, held.length - 1)}` }
  }

  private answer({ okStatuses }: RegistryRequest, status: number, headers: Record<string, string>, code = 'UNKNOWN'): RegistryResponse {
    const isOk = okStatuses === undefined ? status < 300 : okStatuses.includes(status)
    if (!isOk)
      throw new AppError(status === 403 ? 'registry-denied' : 'registry-failed', { details: { status, reason: `it answered ${status}` } })
    const text = Buffer.from(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }))
    const body = (async function* () {
      yield text
    })()
    return { status, headers, url: 'https://registry.example/v2/', body, bytes: async () => text, discard: async () => {} }
  }
}

async function bodyOf({ body }: RegistryRequest, cutAt: number | null): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0)
  if (body instanceof Uint8Array) return Buffer.from(body)
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    pieces.push(piece)
    length += piece.length
    if (cutAt !== null && length >= cutAt) break
  }
  const all = Buffer.concat(pieces)
  return cutAt === null ? all : all.subarray(0, cutAt)
}
