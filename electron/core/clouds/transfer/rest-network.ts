import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import tls from 'node:tls'
import { AppError } from '#shared/errors/app-error'
import { type Dispatcher, request } from 'undici'
import { readAuthority, systemAuthorities } from '../../registry/certificates.js'
import { makeDispatcher } from '../../registry/network.js'
import { proxyFor } from '../../registry/proxy-rules.js'
import { cloudNetworkFailure } from './cloud-network-failure.js'

export interface RestNetworkOptions {
  /** For people: `Oracle Cloud`. */
  readonly service: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  /** Absolute path of the certificate of an authority that is trusted beside those of this machine. */
  readonly ca?: string | undefined
}

export interface RestRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array> | undefined
  /** Length of a body that is streamed, in bytes. */
  readonly bodyBytes?: number | undefined
  /** Ends this request alone. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the answer begins, after all was sent. Default 60 s. */
  readonly answerMs?: number
}

export interface RestAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Requests to a cloud's REST service: through the proxy of the environment, certificates always checked, every wait bounded. No redirects. */
export interface RestNetwork {
  /** One exchange, whatever its status. Throws `cloud-unreachable`, `cloud-untrusted`, `cloud-failed`, `cancelled`; `bad-input` for a certificate. */
  send(request: RestRequest): Promise<RestAnswer>
  close(): Promise<void>
}

const CONNECT_MS = 20_000
const ANSWER_MS = 60_000
const STALL_MS = 60_000
/** No answer of a control service is longer. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

export function createRestNetwork({ service, env, signal, ca }: RestNetworkOptions): RestNetwork {
  // Each request listens to it; Node would take more than ten for a leak and say so on stderr.
  if (signal) setMaxListeners(0, signal)
  const dispatchers = new Map<string, Dispatcher>()
  const destroy = async (): Promise<void> => {
    await Promise.all([...dispatchers.values()].map(async (dispatcher) => dispatcher.destroy()))
  }
  // undici hears of an abort only once there is a connection.
  const end = (): void => void destroy()
  signal?.addEventListener('abort', end, { once: true })
  const dispatcherFor = (url: URL): Dispatcher => {
    const known = dispatchers.get(url.origin)
    if (known) return known
    const authorities = [...systemAuthorities(env), ...(ca === undefined || ca === '' ? [] : [readAuthority(ca)])]
    const security = url.protocol === 'https:' ? { secureContext: tls.createSecureContext({ ca: authorities }) } : {}
    const made = makeDispatcher(proxyFor(url, env), { timeout: CONNECT_MS, ...security })
    dispatchers.set(url.origin, made)
    return made
  }
  return {
    async send({ method, url, headers = {}, body, bodyBytes, signal: own, answerMs = ANSWER_MS }) {
      const stop = own === undefined ? signal : signal === undefined ? own : AbortSignal.any([own, signal])
      if (stop?.aborted) throw new AppError('cancelled')
      const dispatcher = dispatcherFor(url)
      try {
        const answer = await request(url, {
          method,
          headers: {
            'user-agent': 'diskwright',
            'accept-encoding': 'identity',
            ...headers,
            ...(bodyBytes === undefined ? {} : { 'content-length': String(bodyBytes) }),
          },
          body: sendable(body),
          dispatcher,
          signal: stop ?? null,
          headersTimeout: answerMs,
          bodyTimeout: STALL_MS,
        })
        return { status: answer.statusCode, headers: plainHeaders(answer.headers), body: await bytesOf(answer.body, service) }
      } catch (thrown) {
        throw thrown instanceof AppError
          ? thrown
          : cloudNetworkFailure(thrown, { service, signal: stop, usedProxy: proxyFor(url, env) !== null })
      }
    },
    async close() {
      signal?.removeEventListener('abort', end)
      await destroy()
    },
  }
}

function sendable(body: RestRequest['body']): Buffer | string | Readable | null {
  if (body === undefined) return null
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return Readable.from(body, { objectMode: false })
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  )
}

async function bytesOf(body: Dispatcher.ResponseData['body'], service: string): Promise<Buffer> {
  const kept: Buffer[] = []
  let size = 0
  for await (const piece of body) {
    size += (piece as Buffer).length
    if (size > MAX_ANSWER_BYTES) {
      body.destroy()
      throw new AppError('cloud-failed', { details: { service, reason: 'It answered with more than could be an answer' } })
    }
    kept.push(piece as Buffer)
  }
  return Buffer.concat(kept)
}
