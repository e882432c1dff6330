import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { AppError } from '#shared/errors/app-error'
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici'
import { certFolders, trustFor } from './certificates.js'
import { type FailureContext, networkFailure } from './network-failure.js'
import { proxyFor } from './proxy-rules.js'
import { MAX_REDIRECTS, type RegistryLimits } from './registry-limits.js'
import type { RegistryRequest, RegistryResponse } from './registry-session.js'
import { readSocksProxy, socksConnector } from './socks-proxy.js'

export interface Exchange {
  readonly method: RegistryRequest['method']
  readonly url: URL
  /** Origin of the registry, where `url` is an address that it gave; default: that of `url`. */
  readonly home?: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined
  readonly bodyBytes?: number | undefined
}

export interface NetworkDeps {
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  readonly limits: RegistryLimits
  readonly pausePoint: (() => Promise<void>) | undefined
  /** `HOST[:PORT]` as references write it, for words and for the folder of its certificates. */
  readonly registry: string
  readonly certDir: string | undefined
  /** Where `registries.conf` says `insecure`: any certificate of this registry is taken. */
  readonly takesAnyCertificate: boolean
}

/** Sends requests for one registry, through proxies and redirects, and turns what goes wrong into errors of ours. */
export interface Network {
  /** One exchange, whatever its status. Throws what `RegistrySession.request` throws of the network. */
  send(exchange: Exchange): Promise<RegistryResponse>
  close(): Promise<void>
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** They belong to the registry alone, not to where it leads. */
const PRIVATE_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie'])
/** An answer that nobody reads is read to its end up to here, so that its connection can be used again. */
const WORTH_READING = 64 * 1024

/** Connections are opened when they are needed, and kept until `close`. Certificates that cannot be read throw `bad-input` at the first request. */
export function createNetwork(deps: NetworkDeps): Network {
  const { limits, signal, registry } = deps
  // Each request listens to it; Node would take more than ten for a leak and say so on stderr.
  if (signal) setMaxListeners(0, signal)
  const dispatchers = new Map<string, Dispatcher>()
  const destroy = async (): Promise<void> => {
    await Promise.all([...dispatchers.values()].map(async (dispatcher) => dispatcher.destroy()))
  }
  // undici hears of an abort only once there is a connection.
  const stop = (): void => void destroy()
  signal?.addEventListener('abort', stop, { once: true })
  let trust: SecureContext | undefined
  let trustElsewhere: SecureContext | undefined

  const dispatcherFor = (url: URL, home: string): Dispatcher => {
    const isHome = url.origin === home
    const key = `${isHome} ${url.origin}`
    const known = dispatchers.get(key)
    if (known) return known
    const secureContext = (): SecureContext => {
      // Only the registry itself sees our client certificate; where it leads to is trusted by its authorities all the same.
      if (isHome) return (trust ??= trustFor({ registry, env: deps.env, certDir: deps.certDir }))
      return (trustElsewhere ??= trustFor({ registry, env: deps.env, certDir: deps.certDir, withoutClient: true }))
    }
    const security =
      url.protocol === 'https:'
        ? { secureContext: secureContext(), ...(isHome && deps.takesAnyCertificate ? { rejectUnauthorized: false } : {}) }
        : {}
    const dispatcher = makeDispatcher(proxyFor(url, deps.env), { ...security, timeout: limits.connectMs })
    dispatchers.set(key, dispatcher)
    return dispatcher
  }

  const once = async (exchange: Exchange, home: string): Promise<RegistryResponse> => {
    const { method, url, headers, body, bodyBytes } = exchange
    const context: FailureContext = {
      registry: url.origin === home ? registry : url.host,
      signal,
      stallMs: limits.stallMs,
      certDir: certFolders({ registry, env: deps.env, certDir: deps.certDir }).at(-2) ?? deps.certDir ?? '',
      usedProxy: proxyFor(url, deps.env) !== null,
    }
    if (signal?.aborted) throw new AppError('cancelled')
    try {
      const answer = await request(url, {
        method,
        headers: { 'user-agent': 'diskwright', 'accept-encoding': 'identity', ...headers, ...lengthOf(bodyBytes) },
        body: sendable(body),
        dispatcher: dispatcherFor(url, home),
        signal: signal ?? null,
        headersTimeout: limits.headersMs,
        bodyTimeout: limits.stallMs,
      })
      return responseOf(answer, url, context, deps.pausePoint)
    } catch (thrown) {
      throw networkFailure(thrown, context)
    }
  }

  return {
    async send(exchange) {
      const home = exchange.home ?? exchange.url.origin
      let current = exchange
      for (let hops = 0; ; hops++) {
        const response = await once(current, home)
        const next = redirected(current, response)
        if (next === null) return response
        await response.discard()
        if (hops === MAX_REDIRECTS) throw failed(registry, `It led from one address to the next more than ${MAX_REDIRECTS} times`)
        if (current.url.protocol === 'https:' && next.url.protocol !== 'https:')
          throw failed(registry, 'It led from HTTPS to an address without it')
        current = next
      }
    },
    async close() {
      signal?.removeEventListener('abort', stop)
      await destroy()
    },
  }
}

/** Connections, through a proxy where there is one. */
export function makeDispatcher(
  proxy: string | null,
  connect: { readonly timeout: number; readonly secureContext?: SecureContext; readonly rejectUnauthorized?: boolean },
): Dispatcher {
  if (proxy === null) return new Agent({ connect })
  const socks = readSocksProxy(proxy)
  if (socks !== null) return new Agent({ connect: socksConnector(socks, connect) })
  return new ProxyAgent({
    uri: proxy,
    requestTls: connect,
    proxyTls: { timeout: connect.timeout },
    proxyTunnel: connect.secureContext !== undefined,
  })
}

function sendable(body: Exchange['body']): Buffer | Readable | null {
  if (body === undefined) return null
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return Readable.from(body, { objectMode: false })
}

function lengthOf(bodyBytes: number | undefined): Record<string, string> {
  return bodyBytes === undefined ? {} : { 'content-length': String(bodyBytes) }
}

/** The next request of a redirect; null where the answer is to be taken as it is, such as a stream that was sent already. */
function redirected(exchange: Exchange, response: RegistryResponse): Exchange | null {
  const { location } = response.headers
  if (!REDIRECTS.has(response.status) || location === undefined) return null
  const isReading = exchange.method === 'GET' || exchange.method === 'HEAD'
  const isAgain =
    (response.status === 307 || response.status === 308) && (exchange.body === undefined || exchange.body instanceof Uint8Array)
  if (!isReading && !isAgain) return null
  const url = URL.canParse(location, exchange.url.href) ? new URL(location, exchange.url.href) : null
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  // What is sent may sign somebody in, as a refresh token does: it is not for other places.
  if (!isReading && url.hostname !== exchange.url.hostname) return null
  const kept = Object.entries(exchange.headers).filter(
    ([name]) => url.origin === exchange.url.origin || !PRIVATE_HEADERS.has(name.toLowerCase()),
  )
  return { ...exchange, url, headers: Object.fromEntries(kept) }
}

function responseOf(
  answer: Dispatcher.ResponseData,
  url: URL,
  context: FailureContext,
  pausePoint: (() => Promise<void>) | undefined,
): RegistryResponse {
  const { body } = answer
  // Whoever leaves a body alone hears nothing of its end.
  body.on('error', () => {})
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of body) {
        await pausePoint?.()
        yield piece as Buffer
      }
    } catch (thrown) {
      throw networkFailure(thrown, context)
    }
  }
  const discard = async (): Promise<void> => {
    if (Number(headers['content-length'] ?? WORTH_READING + 1) <= WORTH_READING) await body.dump({ limit: WORTH_READING }).catch(() => {})
    body.destroy()
  }
  return {
    status: answer.statusCode,
    headers,
    url: url.href,
    body: { [Symbol.asyncIterator]: pieces },
    async bytes(maxBytes) {
      const tooLarge = () => failed(context.registry, `It answered with more than ${maxBytes} bytes where less was expected`)
      if (Number(headers['content-length'] ?? 0) > maxBytes) {
        await discard()
        throw tooLarge()
      }
      const kept: Uint8Array[] = []
      let size = 0
      for await (const piece of pieces()) {
        size += piece.length
        if (size > maxBytes) throw tooLarge()
        kept.push(piece)
      }
      return Buffer.concat(kept)
    },
    discard,
  }
}

function failed(registry: string, reason: string): AppError {
  return new AppError('registry-failed', { details: { registry, reason } })
}
