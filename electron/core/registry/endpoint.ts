import { AppError, toAppError } from '#shared/errors/app-error'
import type { Access } from '#shared/containers/container-requests'
import { registryHost } from '#shared/containers/docker-hub'
import { createAuthorization, secretsOf } from './authorization.js'
import { createNetwork, type Exchange } from './network.js'
import { hideSecrets, refusalError, retryAfterSeconds } from './registry-answer.js'
import { MAX_ERROR_BYTES, type RegistryLimits } from './registry-limits.js'
import type { RegistryDeps, RegistryRequest, RegistryResponse } from './registry-session.js'
import { sendPatiently } from './retry.js'

/** A place that has the repository: the registry itself, or one of its mirrors. */
export interface EndpointPlace {
  readonly registry: string
  readonly repository: string
  readonly isMirror: boolean
  /** `registries.conf` says `insecure`: any certificate is taken, and plain HTTP where there is no TLS. */
  readonly isInsecure: boolean
  /** A mirror may be there for digests, or for tags, alone. */
  readonly serves: 'all' | 'digests' | 'tags'
}

export interface Endpoint {
  readonly place: EndpointPlace
  readonly isPlainHttp: boolean
  request(request: RegistryRequest): Promise<RegistryResponse>
  close(): Promise<void>
}

interface EndpointDeps extends RegistryDeps {
  readonly place: EndpointPlace
  readonly access: Access
  readonly actions: 'pull' | 'pull,push'
  readonly limits: RegistryLimits
}

/** Nothing is sent before the first request, which throws what `RegistrySession.request` throws. */
export function openEndpoint(deps: EndpointDeps): Endpoint {
  const { place, limits, host, access } = deps
  const { registry, repository } = place
  const { signal } = host
  let scheme: 'http' | 'https' = access.plainHttp === true ? 'http' : 'https'
  const network = createNetwork({
    env: host.env,
    signal,
    limits,
    pausePoint: deps.pausePoint,
    registry,
    certDir: access.certDir,
    takesAnyCertificate: place.isInsecure,
  })
  let credential: ReturnType<typeof deps.signIns.find> | undefined
  const findCredential = () => (credential ??= deps.signIns.find(registry, repository === '' ? null : repository, access.authFile))
  const authorization = createAuthorization({ registry, network, limits, signal, credential: findCredential, now: Date.now })
  const ownScopes = repository === '' ? [] : [`repository:${repository}:${deps.actions}`]

  const base = () => new URL(`${scheme}://${registryHost(registry)}/v2/`)
  const urlOf = (path: string): URL => {
    if (!/^(https?:\/\/|\/)/i.test(path)) return new URL(repository === '' ? path : `${repository}/${path}`, base())
    const url = new URL(path, base())
    if (url.protocol === 'https:' || scheme === 'http') return url
    // A registry behind a proxy that ends TLS gives addresses of its own plain side.
    if (url.hostname === base().hostname) return new URL(url.href.replace(/^http:/, 'https:'))
    throw new AppError('registry-failed', { details: { registry, reason: 'It led from HTTPS to an address without it' } })
  }

  const exchange = async (request: RegistryRequest, authorizationHeader: string | undefined): Promise<RegistryResponse> => {
    const url = urlOf(request.path)
    const isHome = url.origin === base().origin
    const send: Exchange = {
      method: request.method,
      url,
      home: base().origin,
      headers: { ...request.headers, ...(authorizationHeader === undefined || !isHome ? {} : { authorization: authorizationHeader }) },
      body: request.body,
      bodyBytes: request.bodyBytes,
    }
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    return sendPatiently(() => network.send(send), {
      limits,
      signal,
      repeatable: (request.repeatable ?? isReading) && !isStream(request.body),
      once: isStream(request.body),
    })
  }

  /** A stream is sent only once, so the registry has to say beforehand what it wants. */
  const greet = async (): Promise<void> => {
    if (authorization.isKnown) return
    const response = await exchange({ method: 'GET', path: base().href }, undefined)
    await response.discard()
    if (response.status === 401) await authorization.renew(response, undefined, ownScopes)
  }

  const authorized = async (request: RegistryRequest): Promise<RegistryResponse> => {
    const scopes = [...ownScopes, ...(request.scopes ?? [])]
    if (isStream(request.body)) await greet()
    const used = await authorization.header(scopes)
    const response = await exchange(request, used)
    const isAsked = response.status === 401 && new URL(response.url).origin === base().origin
    const next = isAsked && !isStream(request.body) ? await authorization.renew(response, used, scopes) : undefined
    if (next === undefined) return response
    await response.discard()
    return exchange(request, next)
  }

  const refused = async (request: RegistryRequest, response: RegistryResponse): Promise<AppError> => {
    const body = request.method === 'HEAD' ? '' : await bodyOf(response)
    const { status } = response
    const { host: answered } = new URL(response.url)
    if (answered !== base().host && (status === 401 || status === 403)) {
      // Nobody signs in where blobs are kept: an address that the registry signed has ended, or is wrong.
      return new AppError('registry-failed', { details: { registry, reason: `${answered}, where it keeps its blobs, answered ${status}` } })
    }
    const known = await findCredential().catch(() => null)
    const secrets = [...authorization.secrets(), ...secretsOf(known)]
    const isWriting = request.method !== 'GET' && request.method !== 'HEAD'
    const retryAfter = retryAfterSeconds(response.headers['retry-after'], Date.now())
    const user = known?.user ?? null
    return refusalError({ status, registry, repository, path: request.path, isWriting, user, body, retryAfter, secrets })
  }

  /** What a registry says against something is shown; one that repeats what it was sent must not have that shown too. */
  const withoutSecrets = (response: RegistryResponse): RegistryResponse => ({
    ...response,
    bytes: async (maxBytes) => {
      const text = (await response.bytes(maxBytes)).toString('utf8')
      const known = await findCredential().catch(() => null)
      return Buffer.from(hideSecrets(text, [...authorization.secrets(), ...secretsOf(known)]))
    },
  })

  const ask = async (request: RegistryRequest): Promise<RegistryResponse> => {
    const response = await authorized(request)
    const isOk = request.okStatuses?.includes(response.status) ?? (response.status >= 200 && response.status < 300)
    if (!isOk) throw await refused(request, response)
    return response.status < 400 ? response : withoutSecrets(response)
  }

  return {
    place,
    get isPlainHttp() {
      return scheme === 'http'
    },
    async request(request) {
      try {
        return await ask(request)
      } catch (thrown) {
        if (!place.isInsecure || scheme === 'http' || isStream(request.body) || !speaksNoTls(thrown)) throw thrown
        scheme = 'http'
        return ask(request)
      }
    },
    close: () => network.close(),
  }
}

function isStream(body: RegistryRequest['body']): boolean {
  return body !== undefined && !(body instanceof Uint8Array)
}

function speaksNoTls(thrown: unknown): boolean {
  const { code, data } = toAppError(thrown)
  return code === 'registry-plain-http' || (code === 'registry-unreachable' && String(data.details.reason).includes('ECONNREFUSED'))
}

async function bodyOf(response: RegistryResponse): Promise<string> {
  try {
    return (await response.bytes(MAX_ERROR_BYTES)).toString('utf8')
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'cancelled') throw thrown
    return ''
  }
}
