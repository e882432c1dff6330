import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors/app-error'
import { retry } from '../transfer/retry.js'
import type { RestAnswer, RestRequest } from '../transfer/rest-network.js'
import type { AzureSession } from './arm-session.js'
import { azureFailure } from './azure-failure.js'

/** "Versioning for Azure Storage": one that all clouds have. */
const VERSION = '2021-12-02'
export const BLOB_SERVICE = 'Azure Storage'

/** A page blob, and what it takes to be let in. */
export interface BlobDoor {
  /** For people. */
  readonly label: string
  /** Address and headers of the next request. */
  open(): Promise<{ readonly url: URL; readonly headers: Readonly<Record<string, string>> }>
  /** What `open` gave is not taken any more. */
  renew(): void
}

export interface BlobAsk {
  readonly method: RestRequest['method']
  readonly comp?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly signal?: AbortSignal
  /** Answers that are no failures besides those below 300. */
  readonly okStatuses?: readonly number[]
  readonly what: string
  readonly onTrouble?: () => void
}

/** Asks a blob, again where that may help, with a new signature where the old one has ended, and after a new sign-in. */
export function askBlob(session: AzureSession, door: BlobDoor, ask: BlobAsk): Promise<RestAnswer> {
  return session.through(() =>
    retry(
      async () => {
        const first = await send(session, door, ask)
        if (first.status !== 403 && first.status !== 401) return taken(session, first, ask)
        door.renew()
        return taken(session, await send(session, door, ask), ask)
      },
      { signal: ask.signal ?? session.signal, ...(ask.onTrouble ? { onRetry: ask.onTrouble } : {}) },
    ),
  )
}

async function send(
  session: AzureSession,
  door: BlobDoor,
  { method, comp, query = {}, headers = {}, body, signal }: BlobAsk,
): Promise<RestAnswer> {
  const { url, headers: own } = await door.open()
  if (comp !== undefined) url.searchParams.set('comp', comp)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return session.network.send({
    method,
    url,
    headers: { 'x-ms-version': VERSION, ...own, ...headers },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  })
}

function taken(session: AzureSession, answer: RestAnswer, { okStatuses = [], what }: BlobAsk): RestAnswer {
  if (answer.status < 300 || okStatuses.includes(answer.status)) return answer
  throw azureFailure(answer, { service: BLOB_SERVICE, what, tenant: session.tenant })
}

/** Put Page: `bytes` from `start`, both multiples of 512, 4 MiB at most. The service compares their MD5, and so do we its answer. */
export async function putPages(
  session: AzureSession,
  door: BlobDoor,
  pages: { readonly start: number; readonly bytes: Buffer; readonly signal: AbortSignal; readonly onTrouble: () => void },
): Promise<void> {
  const { start, bytes, signal, onTrouble } = pages
  const md5 = createHash('md5').update(bytes).digest('base64')
  const range = `bytes=${start}-${start + bytes.length - 1}`
  const answer = await askBlob(session, door, {
    method: 'PUT',
    comp: 'page',
    headers: { 'x-ms-page-write': 'update', 'x-ms-range': range, 'content-md5': md5, 'content-type': 'application/octet-stream' },
    body: bytes,
    signal,
    what: `write ${door.label}`,
    onTrouble,
  })
  const told = answer.headers['content-md5']
  if (told === undefined || told === md5) return
  const reason = `The MD5 of ${range} is ${told} there and ${md5} here`
  throw new AppError('upload-mismatch', { details: { service: BLOB_SERVICE, what: door.label, reason } })
}

export interface PageRange {
  readonly start: number
  /** Behind its last byte. */
  readonly end: number
}

/** Get Page Ranges: what was written of a blob, in order. */
export async function pageRanges(session: AzureSession, door: BlobDoor): Promise<PageRange[]> {
  const ranges: PageRange[] = []
  for (let marker = ''; ; ) {
    const answer = await askBlob(session, door, {
      method: 'GET',
      comp: 'pagelist',
      query: marker === '' ? {} : { marker },
      what: `look at ${door.label}`,
    })
    const text = answer.body.toString('utf8')
    for (const [, inside = ''] of text.matchAll(/<PageRange>([\s\S]*?)<\/PageRange>/g)) {
      const start = Number(/<Start>(\d+)</.exec(inside)?.[1])
      ranges.push({ start, end: Number(/<End>(\d+)</.exec(inside)?.[1]) + 1 })
    }
    const next = /<NextMarker>([^<]+)</.exec(text)?.[1] ?? ''
    // A service that stands still would be asked for ever.
    if (next === '' || next === marker) return ranges
    marker = next
  }
}

/** What is looked at together: zeros of this length are left out. */
export const COMPARED_BYTES = 64 * 1024

/** Runs of a block that are worth sending, in bytes from its start: what is zero for 64 KiB and more is left out. */
export function* dataRuns(block: Buffer, unit = COMPARED_BYTES): Generator<{ readonly start: number; readonly end: number }> {
  const zeros = Buffer.alloc(unit)
  let start = -1
  for (let at = 0; at < block.length; at += unit) {
    const piece = block.subarray(at, at + unit)
    const isZero = piece.equals(piece.length === unit ? zeros : zeros.subarray(0, piece.length))
    if (!isZero && start < 0) start = at
    if (isZero && start >= 0) {
      yield { start, end: at }
      start = -1
    }
  }
  if (start >= 0) yield { start, end: block.length }
}
