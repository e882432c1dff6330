import { DefaultRequestSigner, EndpointBuilder } from 'oci-common'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { AppErrorData } from '#shared/errors/app-error-data'
import type { CloudContext } from '../cloud-provider.js'
import { createRestNetwork } from '../transfer/rest-network.js'
import { retry, type RetryPolicy } from '../transfer/retry.js'
import { queryOf, type ServiceCall } from '../transfer/service-call.js'
import { SignInGate } from '../transfer/sign-in-gate.js'
import { type OciCredentials, readOciCredentials, SERVICE } from './oci-config.js'
import { ociFailure } from './oci-failure.js'

/** Where services are, as the SDK's clients have it. */
const TEMPLATES = {
  objectstorage: 'https://objectstorage.{region}.{secondLevelDomain}',
  iaas: 'https://iaas.{region}.{secondLevelDomain}',
  identity: 'https://identity.{region}.oci.{secondLevelDomain}',
  limits: 'https://limits.{region}.oci.{secondLevelDomain}',
} as const
export type OciService = keyof typeof TEMPLATES

export interface OciRequest extends ServiceCall {
  readonly service: OciService
  readonly signal?: AbortSignal
  readonly onRetry?: (error: AppError, attempt: number) => void
}

export interface OciAnswer<T> {
  readonly headers: Readonly<Record<string, string>>
  readonly data: T
}

export interface OciClient {
  /** The profile as it is on the disk now. */
  credentials(): Promise<OciCredentials>
  /** Tries again what may pass. Throws what `CloudProvider` names. */
  call<T = unknown>(request: OciRequest): Promise<OciAnswer<T>>
  /** All pages of a list. `opc-next-page` leads on. */
  list<T>(request: Omit<OciRequest, 'method'>): Promise<T[]>
  close(): Promise<void>
}

export interface OciClientOptions {
  /** Asked when the sign-in has ended; the request is then made anew. */
  readonly signInNeeded?: (error: AppErrorData) => Promise<void>
  readonly policy?: RetryPolicy
}

/** For what somebody waits for at a form. */
export const QUICK_POLICY: RetryPolicy = { attempts: 3, firstDelayMs: 300, maxDelayMs: 2_000 }

const MAX_PAGES = 1000

/**
 * Signs with the SDK's signer and sends by our own network: proxies, own authorities, bounded waits and tries, and nothing on the console.
 * Credentials are read anew for every request.
 */
export function createOciClient(ctx: CloudContext, values: FieldValues, options: OciClientOptions = {}): OciClient {
  const { host, signal } = ctx
  const network = createRestNetwork({ service: SERVICE, env: host.env, signal, ca: textOf(values, 'ca') || undefined })
  const { policy, signInNeeded } = options
  const gate = signInNeeded === undefined ? null : new SignInGate(signInNeeded)

  const once = async <T>(request: OciRequest): Promise<OciAnswer<T>> => {
    const credentials = await readOciCredentials(ctx, values)
    const url = new URL(`${endpointOf(values, credentials.region, request.service)}${request.path}${queryOf(request.query)}`)
    const body = request.json === undefined ? undefined : JSON.stringify(request.json)
    const headers = await signedHeaders(request, url, body, credentials)
    const answer = await network.send({
      method: request.method,
      url,
      headers,
      body: request.stream === undefined ? body : request.stream(),
      bodyBytes: request.streamBytes,
      signal: request.signal,
    })
    if (answer.status >= 200 && answer.status < 300) return { headers: answer.headers, data: dataOf<T>(answer.body) }
    const { what, subject } = request
    throw ociFailure({ ...answer, what, subject, credentials, nowMs: Date.now() })
  }

  const call = async <T>(request: OciRequest): Promise<OciAnswer<T>> => {
    const work = (): Promise<OciAnswer<T>> =>
      retry(() => once<T>(request), {
        signal: request.signal ?? signal,
        ...(policy === undefined ? {} : { policy }),
        ...(request.onRetry === undefined ? {} : { onRetry: request.onRetry }),
      })
    return gate === null ? work() : gate.through(work)
  }

  return {
    credentials: () => readOciCredentials(ctx, values),
    call,
    async list<T>(request: Omit<OciRequest, 'method'>): Promise<T[]> {
      const found: T[] = []
      let page: string | undefined
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const answer = await call<readonly T[]>({ ...request, method: 'GET', query: { ...request.query, page } })
        if (Array.isArray(answer.data)) found.push(...(answer.data as readonly T[]))
        page = answer.headers['opc-next-page']
        if (page === undefined || page === '') return found
      }
      throw new AppError('cloud-failed', { details: { service: SERVICE, reason: `Its list has more than ${MAX_PAGES} pages` } })
    },
    close: () => network.close(),
  }
}

/** The address of a service; `endpoint` of the values takes the place of Oracle's own. */
export function endpointOf(values: FieldValues, region: string, service: OciService): string {
  const own = textOf(values, 'endpoint').replace(/\/$/, '')
  if (own !== '') return own.replaceAll('{service}', service)
  return EndpointBuilder.createEndpointFromRegionId(TEMPLATES[service], region, service)
}

async function signedHeaders(
  request: OciRequest,
  url: URL,
  body: string | undefined,
  { keyId, privateKey, passphrase }: OciCredentials,
): Promise<Record<string, string>> {
  const headers = new Headers(request.headers)
  if (body !== undefined) headers.set('content-type', 'application/json')
  try {
    const signer = new DefaultRequestSigner({
      getKeyId: async () => keyId,
      getPrivateKey: () => privateKey,
      getPassphrase: () => passphrase,
    })
    const isStream = request.stream !== undefined
    await signer.signHttpRequest({ method: request.method, headers: headers, uri: url.href, body }, isStream)
  } catch {
    // What the signer throws may show a part of the key.
    const reason =
      passphrase === null
        ? 'The private key cannot be read; it may need a passphrase'
        : 'The private key cannot be read with that passphrase'
    throw new AppError('bad-input', { details: { reason, field: 'passphrase' } })
  }
  return Object.fromEntries(headers)
}

function dataOf<T>(body: Buffer): T {
  if (body.length === 0) return undefined as T
  try {
    return JSON.parse(body.toString('utf8')) as T
  } catch (cause) {
    throw new AppError('cloud-failed', { details: { service: SERVICE, reason: 'It answered with what is no JSON' }, cause })
  }
}
