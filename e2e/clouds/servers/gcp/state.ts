import { createHash, randomUUID } from 'node:crypto'

/** An answer that is no success, as Google's JSON APIs word it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

export interface Call {
  readonly method: string
  /** Decoded segments of the path. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  /** False when the connection broke before all of it was there. */
  readonly isWhole: boolean
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

export interface StoredObject {
  readonly bytes: Buffer
  readonly generation: string
}

export interface Session {
  readonly id: string
  readonly bucket: string
  readonly name: string
  readonly total: number | null
  readonly ifGenerationMatch: string | null
  bytes: Buffer
  object: StoredObject | null
}

export interface Image {
  readonly id: string
  readonly name: string
  readonly selfLink: string
  readonly body: Readonly<Record<string, unknown>>
  readonly labels: Readonly<Record<string, string>>
  status: string
  /** The file that it was made of. */
  readonly source: Buffer
}

export interface Operation {
  readonly name: string
  readonly image: Image
  looksLeft: number
  readonly error: { readonly code: string; readonly message: string } | null
}

/** What tests change while it runs. */
export interface GcpControls {
  /** Looks at an operation before it is done. */
  looks: number
  /** What the next imports fail with, where the file itself is good. */
  importError: { readonly code: string; readonly message: string } | null
  maxImages: number
  clockAheadMs: number
  /** Permissions that nobody has. */
  readonly denied: Set<string>
  pageSize: number
  /** Digests that are told of objects: one that was composed of others has no MD5 (Cloud Storage, "Hashes and ETags"). */
  digests: (bytes: Buffer) => Readonly<Record<string, string>>
}

export interface GcpState {
  readonly project: string
  readonly url: () => string
  readonly buckets: Map<string, Map<string, StoredObject>>
  readonly sessions: Map<string, Session>
  readonly images: Map<string, Image>
  readonly operations: Map<string, Operation>
  /** Operations by the `requestId` of what began them. */
  readonly requests: Map<string, Operation>
  readonly controls: GcpControls
}

let generations = 1_700_000_000_000_000

export function newObject(bytes: Buffer): StoredObject {
  return { bytes, generation: String(++generations) }
}

export function newId(): string {
  return randomUUID()
}

export function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('base64')
}

const NIBBLES = Uint32Array.from({ length: 16 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 4; bit++) value = (value >>> 1) ^ ((value & 1) * 0x82f63b78)
  return value
})

/** CRC-32C (RFC 3720, appendix B.4), base64 with its highest byte first. */
export function crc32cOf(bytes: Buffer): string {
  let value = ~0
  for (let index = 0; index < bytes.length; index++) {
    value ^= bytes[index] ?? 0
    value = (value >>> 4) ^ (NIBBLES[value & 15] ?? 0)
    value = (value >>> 4) ^ (NIBBLES[value & 15] ?? 0)
  }
  const four = Buffer.alloc(4)
  four.writeUInt32BE(~value >>> 0)
  return four.toString('base64')
}

export function jsonOf(call: Call): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(call.body.toString('utf8'))
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw new Refused(400, 'parseError', 'Parse Error')
}

export function pageOf(state: GcpState, call: Call, all: readonly unknown[], name = 'items'): Answer {
  const start = Number(call.query.get('pageToken') ?? 0)
  const next = start + state.controls.pageSize
  return { json: { [name]: all.slice(start, next), ...(next < all.length ? { nextPageToken: String(next) } : {}) } }
}
