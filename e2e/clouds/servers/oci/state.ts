import { randomBytes, randomUUID } from 'node:crypto'

/** An answer that is no success: code and words as "API Errors" of Oracle Cloud lists them. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
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
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly bytes?: Buffer
}

export interface StoredPart {
  readonly partNumber: number
  readonly etag: string
  readonly md5: string
  readonly size: number
  readonly bytes: Buffer
}

export interface Upload {
  readonly uploadId: string
  readonly object: string
  readonly timeCreated: string
  readonly parts: Map<number, StoredPart>
}

export interface Bucket {
  readonly name: string
  readonly compartmentId: string
  readonly freeformTags: Readonly<Record<string, string>>
  readonly objects: Map<string, { readonly bytes: Buffer; readonly md5: string; readonly isMultipart: boolean }>
  readonly uploads: Map<string, Upload>
  readonly links: Map<string, { readonly id: string; readonly name: string; readonly objectName: string; readonly secret: string }>
}

export interface Image {
  readonly id: string
  readonly compartmentId: string
  readonly displayName: string
  readonly freeformTags: Readonly<Record<string, string>>
  readonly operatingSystem: string
  readonly operatingSystemVersion: string
  readonly launchMode: string
  lifecycleState: string
  readonly shapes: Set<string>
  /** What an archive said, or a capability schema. */
  firmware: string
  /** The file that it was made of. */
  readonly source: Buffer
}

export interface Work {
  readonly id: string
  readonly image: Image
  status: string
  percentComplete: number
  /** Times that it is still looked at before it ends. */
  looksLeft: number
  readonly outcome: ImportOutcome
  readonly object: () => boolean
}

export interface ImportOutcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'CANCELED'
  readonly errors: readonly { readonly code: string; readonly message: string }[]
}

/** What tests change while it runs. */
export interface OciControls {
  /** Looks at a work request before it ends. */
  looks: number
  /** What the next imports come to, where the file itself is good. */
  outcome: ImportOutcome
  maxImages: number
  /** Imports by the name of an object are refused, as for federated users. */
  federated: boolean
  /** Milliseconds that the server's clock is ahead. */
  clockAheadMs: number
  /** Entries of a page, however many are asked for. */
  pageSize: number
  hasLimits: boolean
}

export interface OciState {
  readonly namespace: string
  readonly tenancy: string
  readonly buckets: Map<string, Bucket>
  readonly images: Map<string, Image>
  readonly works: Map<string, Work>
  readonly schemas: Map<string, { readonly id: string; readonly imageId: string; readonly schemaData: unknown }>
  /** Answers to requests that bore an `opc-retry-token`. */
  readonly retryTokens: Map<string, Answer>
  readonly compartments: readonly {
    readonly id: string
    readonly name: string
    readonly compartmentId: string
    readonly lifecycleState: string
  }[]
  readonly controls: OciControls
  /** What is wrong with a body; null when it is as the vendor's model has it. */
  checkBody(model: string, body: unknown): string | null
}

export function newId(kind: string): string {
  return `ocid1.${kind}.oc1.iad.${randomBytes(30).toString('hex')}`
}

export function newEtag(): string {
  return randomUUID()
}

/** A body that fits the vendor's model. */
export function bodyOf<T>(state: OciState, call: Call, model: string): T {
  let parsed: unknown
  try {
    parsed = JSON.parse(call.body.toString('utf8'))
  } catch {
    throw new Refused(400, 'InvalidParameter', 'The body is no JSON')
  }
  const problem = state.checkBody(model, parsed)
  if (problem !== null) throw new Refused(400, 'InvalidParameter', problem)
  return parsed as T
}

/** One page; `page` is the number of the first entry. */
export function pageOf(state: OciState, call: Call, all: readonly unknown[]): Answer {
  const asked = Number(call.query.get('limit') ?? 1000)
  const size = Math.min(asked, state.controls.pageSize)
  const start = Number(call.query.get('page') ?? 0)
  const next = start + size
  return { json: all.slice(start, next), headers: next < all.length ? { 'opc-next-page': String(next) } : {} }
}

export function need(call: Call, name: string): string {
  const value = call.query.get(name)
  if (value === null || value === '') throw new Refused(400, 'MissingParameter', `Missing ${name}`)
  return value
}
