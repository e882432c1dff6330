import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { AppErrorData } from '#shared/errors/app-error-data'
import type { CloudContext } from '../cloud-provider.js'
import { createRestNetwork } from '../transfer/rest-network.js'
import { retry, type RetryPolicy } from '../transfer/retry.js'
import { queryOf, type ServiceCall } from '../transfer/service-call.js'
import { SignInGate } from '../transfer/sign-in-gate.js'
import { credentialsFacts, GcpSignIn, SERVICE } from './gcp-credentials.js'
import { gcpFailure } from './gcp-failure.js'

export type GcpService = 'storage' | 'compute' | 'cloudresourcemanager'

/** `path` may also be the absolute address that the service gave for a session. */
export interface GcpRequest extends ServiceCall {
  readonly service: GcpService
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

/** One small client for the few calls that are needed; tokens come from Google's own library. */
export function createGcpClient(ctx: CloudContext, values: FieldValues, options: GcpClientOptions = {}): GcpClient {
  const { host, signal } = ctx
  const network = createRestNetwork({ service: SERVICE, env: host.env, signal, ca: textOf(values, 'ca') || undefined })
  const signIn = new GcpSignIn(ctx, values)
  const gate = options.signInNeeded === undefined ? null : new SignInGate(options.signInNeeded)

  const once = async <T>(request: GcpRequest): Promise<GcpAnswer<T>> => {
    const own = await ownAddress(ctx, values, request.service)
    const url = new URL(`${addressOf(own, request)}${queryOf(request.query)}`)
    const body = request.json === undefined ? undefined : JSON.stringify(request.json)
    const answer = await network.send({
      method: request.method,
      url,
      headers: {
        // The address of a session lets in whoever has it; tokens go to the service alone.
        ...(url.origin === new URL(own).origin ? await signIn.headers(url.origin) : {}),
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

/** Throws `cloud-untrusted` for a session without TLS that a service with it names. */
function addressOf(own: string, { path }: GcpRequest): string {
  if (!/^https?:/.test(path)) return `${own}${path}`
  if (own.startsWith('https:') && !path.startsWith('https:'))
    throw new AppError('cloud-untrusted', { details: { service: SERVICE, reason: 'It wants the upload without TLS' } })
  return path
}

async function ownAddress(ctx: CloudContext, values: FieldValues, service: GcpService): Promise<string> {
  const own = textOf(values, 'endpoint').replace(/\/$/, '')
  return own === '' ? `https://${service}.${(await credentialsFacts(ctx.host.env, values)).universe}` : own.replaceAll('{service}', service)
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
