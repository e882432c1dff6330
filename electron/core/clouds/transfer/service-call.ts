import type { RestRequest } from './rest-network.js'

/** One call of a cloud's REST service, before it is signed. */
export interface ServiceCall {
  readonly method: RestRequest['method']
  /** Made by `pathOf`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  /** A body that is not signed. Made anew for each try. */
  readonly stream?: () => AsyncIterable<Uint8Array>
  readonly streamBytes?: number
  /** What is tried, after 'may not': `read the bucket images`. */
  readonly what: string
  /** What it is about, at the beginning of a sentence: `The bucket images`. */
  readonly subject: string
}

/** Segments of a path; `'` is escaped too, because signers and the network do not agree on it. */
export function pathOf(...segments: readonly string[]): string {
  return `/${segments.map(encode).join('/')}`
}

/** With its question mark; what is undefined is left out. */
export function queryOf(query: ServiceCall['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encode(String(value))}`]))
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27')
}

/** Seconds that this machine's clock is off, by the `Date` of an answer; null where it has none. */
export function clockSkew(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const date = Date.parse(headers.date ?? '')
  return Number.isNaN(date) ? null : Math.round((nowMs - date) / 1000)
}
