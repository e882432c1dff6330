import type { Access } from '#shared/containers/container-requests'
import type { Host } from '../process/host.js'
import type { RegistryLimits } from './registry-limits.js'
import type { SignInStore } from './sign-in-store.js'

/** What reaching registries needs beside the request itself. */
export interface RegistryDeps {
  /** Of the job or call: its signal ends every request. */
  readonly host: Pick<Host, 'env' | 'log' | 'signal'>
  readonly signIns: SignInStore
  /** Waited for between pieces of a body, while a job is paused. */
  readonly pausePoint?: (() => Promise<void>) | undefined
  /** Other times than the usual ones. */
  readonly limits?: Partial<RegistryLimits> | undefined
}

export interface RegistryPlace {
  /** `HOST[:PORT]`, as references write it. */
  readonly registry: string
  /** Empty for the registry as a whole, such as to try a sign-in with `GET` of the path ''. */
  readonly repository: string
  /** Mirrors of `registries.conf` are only read from. */
  readonly purpose: 'pull' | 'push'
  readonly access: Access
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/v2/REPOSITORY/`, or an absolute URL that the registry gave (`Location`, next page). */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
  /** Length of a body that is streamed, in bytes. */
  readonly bodyBytes?: number
  /** Statuses that are answers; all others become errors. Default: 200 to 299. */
  readonly okStatuses?: readonly number[]
  /** Further scopes for the token, such as `repository:other/name:pull` to mount a blob from there. */
  readonly scopes?: readonly string[]
  /** May be sent again after a broken connection or a 5xx; default: GET and HEAD. */
  readonly repeatable?: boolean
}

export interface RegistryResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Of the last redirect: relative locations are read against it. */
  readonly url: string
  /** Has to be read to its end or destroyed by `discard`. Throws `registry-stalled` when no byte came for 60 s, `registry-unreachable` when cut. */
  readonly body: AsyncIterable<Uint8Array>
  /** Throws `registry-failed` above `maxBytes`. */
  bytes(maxBytes: number): Promise<Buffer>
  discard(): Promise<void>
}

/** One repository of one registry: signed in when asked to, through proxies, with the certificates of this machine. */
export interface RegistrySession {
  /** `HOST[:PORT]` that answers: a mirror, or the registry itself. */
  readonly endpoint: string
  readonly repository: string
  readonly isMirror: boolean
  readonly isPlainHttp: boolean
  /**
   * Throws `sign-in-needed` (401 with the sign-in that there is, or none), `registry-denied` (403), `container-not-found` (404), `registry-busy` (429 or 503 for
   * longer than it is sensible to wait), `registry-failed`, `registry-unreachable`, `registry-untrusted` (TLS), `registry-plain-http` (HTTP answered where
   * TLS was tried), `cancelled`.
   */
  request(request: RegistryRequest): Promise<RegistryResponse>
  close(): Promise<void>
}
