import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { AppErrorData } from '#shared/errors/app-error-data'
import type { CloudContext } from '../cloud-provider.js'
import { createRestNetwork, type RestRequest } from '../transfer/rest-network.js'
import { retry, type RetryPolicy } from '../transfer/retry.js'
import { SignInGate } from '../transfer/sign-in-gate.js'
import { credentialsFacts, GcpSignIn, SERVICE } from './gcp-credentials.js'
import { gcpFailure } from './gcp-failure.js'

export type GcpService = 'storage' | 'compute' | 'cloudresourcemanager'

export interface GcpRequest {
  readonly service: GcpService
  readonly method: RestRequest['method']
  /** Made by `gcpPath`; or the absolute address that the service gave for a session. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly stream?: () => AsyncIterable<Uint8Array>
  readonly streamBytes?: number
  /** See `GcpRefusal`. */
  readonly what: string
  readonly subject: string
  /** Statuses that are answers beside 200 to 299. */
  readonly okStatuses?: readonly number[]
  /** Tried once: whoever asks looks first how far it came. */
  readonly once?: boolean
}

export interface GcpAnswer<T> {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly data: T
}

export interface GcpClient {
  /** Tries again what may pass. Throws what `CloudProvider` names. */
  call<T = unknown>(request: GcpRequest): Promise<GcpAnswer<T>>
  /** All pages of a list. */
  list<T>(request: Omit<GcpRequest, 'method'>): Promise<T[]>
  close(): Promise<void>
}

export interface GcpClientOptions {
  readonly signInNeeded?: (error: AppErrorData) => Promise<void>
  readonly policy?: RetryPolicy
}

/** For what somebody waits for at a form. */
export const QUICK_POLICY: RetryPolicy = { attempts: 3, firstDelayMs: 300, maxDelayMs: 2_000 }
const ONE_TRY: RetryPolicy = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 }
const MAX_PAGES = 1000

export function gcpPath(...segments: readonly string[]): string {
  return `/${segments.map((segment) => encodeURIComponent(segment)).join('/')}`
}

/** One small client for the few calls that are needed; tokens come from Google's own library. */
export function createGcpClient(ctx: CloudContext, values: FieldValues, options: GcpClientOptions = {}): GcpClient {
  const { host, signal } = ctx
  const network = createRestNetwork({ service: SERVICE, env: host.env, signal, ca: textOf(values, 'ca') || undefined })
  const signIn = new GcpSignIn(ctx, values)
  const gate = options.signInNeeded === undefined ? null : new SignInGate(options.signInNeeded)

  const once = async <T>(request: GcpRequest): Promise<GcpAnswer<T>> => {
    const url = new URL(`${await addressOf(ctx, values, request)}${queryOf(request.query)}`)
    const body = request.json === undefined ? undefined : JSON.stringify(request.json)
    const answer = await network.send({
      method: request.method,
      url,
      headers: {
        ...(await signIn.headers(url.origin)),
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        ...request.headers,
      },
      body: request.stream === undefined ? body : request.stream(),
      bodyBytes: request.streamBytes,
    })
    const { status, headers } = answer
    const isOk = (status >= 200 && status < 300) || request.okStatuses?.includes(status) === true
    if (isOk) return { status, headers, data: dataOf<T>(answer.body) }
    if (status === 401) signIn.forget()
    const { what, subject } = request
    throw gcpFailure({ ...answer, what, subject, nowMs: Date.now() })
  }

  const call = async <T>(request: GcpRequest): Promise<GcpAnswer<T>> => {
    const policy = request.once === true ? ONE_TRY : options.policy
    const work = (): Promise<GcpAnswer<T>> => retry(() => once<T>(request), { signal, ...(policy === undefined ? {} : { policy }) })
    return gate === null ? work() : gate.through(work)
  }

  return {
    call,
    async list<T>(request: Omit<GcpRequest, 'method'>): Promise<T[]> {
      const found: T[] = []
      let pageToken: string | undefined
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const { data } = await call<ListAnswer<T>>({ ...request, method: 'GET', query: { ...request.query, pageToken } })
        found.push(...(data.items ?? data.projects ?? []))
        pageToken = data.nextPageToken
        if (pageToken === undefined || pageToken === '') return found
      }
      throw new AppError('cloud-failed', { details: { service: SERVICE, reason: `Its list has more than ${MAX_PAGES} pages` } })
    },
    close: () => network.close(),
  }
}

interface ListAnswer<T> {
  readonly items?: readonly T[]
  /** Resource Manager's name for it. */
  readonly projects?: readonly T[]
  readonly nextPageToken?: string
}

/** Null for what is not there. */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (thrown) {
    if (toAppError(thrown).code === 'cloud-not-found') return null
    throw thrown
  }
}

async function addressOf(ctx: CloudContext, values: FieldValues, { service, path }: GcpRequest): Promise<string> {
  if (/^https?:/.test(path)) return path
  const own = textOf(values, 'endpoint').replace(/\/$/, '')
  if (own !== '') return `${own.replaceAll('{service}', service)}${path}`
  return `https://${service}.${(await credentialsFacts(ctx.host.env, values)).universe}${path}`
}

function queryOf(query: GcpRequest['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function dataOf<T>(body: Buffer): T {
  if (body.length === 0) return undefined as T
  try {
    return JSON.parse(body.toString('utf8')) as T
  } catch {
    // A session's answers may be a page for people; nobody reads them.
    return undefined as T
  }
}
