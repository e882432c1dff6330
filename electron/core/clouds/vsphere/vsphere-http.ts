import type { Readable } from 'node:stream'
import net from 'node:net'
import tls from 'node:tls'
import { AppError } from '#shared/errors/app-error'
import { Agent, buildConnector, type Dispatcher, request } from 'undici'
import { readAuthority, systemAuthorities } from '../../registry/certificates.js'
import { makeDispatcher as connectionsThrough } from '../../registry/network.js'
import { proxyFor } from '../../registry/proxy-rules.js'
import { cloudNetworkFailure } from '../transfer/cloud-network-failure.js'

export interface VsphereAddress {
  /** `https://HOST[:PORT]`. */
  readonly origin: string
  /** SHA-256 of the one certificate that is taken, in hex with or without colons; null for authorities. */
  readonly thumbprint: string | null
  /** PEM file of an authority that is trusted beside those of the system. */
  readonly caFile: string | null
  readonly env: NodeJS.ProcessEnv
}

export interface VsphereRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Readable
  readonly signal: AbortSignal | undefined
  /** Milliseconds without an answer; a file that is sent takes as long as it takes. */
  readonly answerMs?: number
}

export interface VsphereAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface VsphereHttp {
  /** Throws `cloud-unreachable`, `cloud-untrusted`, `cancelled`. */
  send(request: VsphereRequest): Promise<VsphereAnswer>
  close(): Promise<void>
}

const CONNECT_MS = 20_000
const ANSWER_MS = 120_000
/** vSphere's own answers are far smaller; a page of a proxy may not be. */
const MAX_ANSWER_BYTES = 16 * 1024 ** 2

/** Connections to one vCenter or host, and to the hosts it names for a transfer. */
export function openVsphereHttp(address: VsphereAddress): VsphereHttp {
  const dispatchers = new Map<string, Dispatcher>()
  const dispatcherFor = (url: URL): Dispatcher => {
    const known = dispatchers.get(url.origin)
    if (known) return known
    const made = makeDispatcher(address, url)
    dispatchers.set(url.origin, made)
    return made
  }
  return {
    async send({ method, url, headers = {}, body, signal, answerMs = ANSWER_MS }) {
      const target = new URL(url)
      if (target.protocol !== 'https:') throw refused('It wants a transfer without TLS')
      try {
        const answer = await request(target, {
          method,
          headers: { 'user-agent': 'diskwright', ...headers },
          body: body ?? null,
          dispatcher: dispatcherFor(target),
          signal: signal ?? null,
          headersTimeout: answerMs,
          bodyTimeout: answerMs,
        })
        const pieces: Uint8Array[] = []
        let size = 0
        for await (const piece of answer.body) {
          size += (piece as Uint8Array).length
          if (size > MAX_ANSWER_BYTES) throw refused('Its answer is too long')
          pieces.push(piece as Uint8Array)
        }
        return { status: answer.statusCode, headers: answer.headers, text: Buffer.concat(pieces).toString('utf8') }
      } catch (thrown) {
        throw networkError(thrown, target, signal)
      }
    },
    async close() {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()))
    },
  }
}

function makeDispatcher({ thumbprint, caFile, env }: VsphereAddress, url: URL): Dispatcher {
  const proxy = proxyFor(url, env)
  if (thumbprint !== null) {
    if (proxy !== null) {
      throw new AppError('bad-input', {
        details: {
          reason: `a pinned thumbprint cannot be checked through a proxy; add ${url.hostname} to NO_PROXY, or give the authority as a file`,
        },
      })
    }
    return new Agent({ connect: pinned(thumbprint) })
  }
  const ca = [...systemAuthorities(env), ...(caFile === null ? [] : [readAuthority(caFile)])]
  const secure = { secureContext: tls.createSecureContext({ ca }), timeout: CONNECT_MS }
  return connectionsThrough(proxy, secure)
}

/** Takes one certificate, whoever signed it, and no other: nothing is sent before it was looked at. */
function pinned(thumbprint: string): buildConnector.connector {
  const wanted = plainThumbprint(thumbprint)
  // A session that is taken up again shows no certificate.
  const connect = buildConnector({ rejectUnauthorized: false, timeout: CONNECT_MS, maxCachedSessions: 0 })
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      const found = socket instanceof tls.TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined
      if (found !== undefined && plainThumbprint(found) === wanted) return callback(null, socket)
      socket.destroy()
      callback(
        untrusted(options.hostname, `Its certificate has the thumbprint ${found ?? 'of nothing'}, not the one that was given`, found),
        null,
      )
    })
  }
}

export function plainThumbprint(text: string): string {
  return text.replaceAll(/[^0-9a-f]/gi, '').toLowerCase()
}

/** The SHA-256 thumbprint of what answers there, for the user to compare; null when nobody does. Nothing else is sent. */
export function readThumbprint(origin: string, signal: AbortSignal | undefined): Promise<string | null> {
  const url = new URL(origin)
  return new Promise((resolve) => {
    const socket = tls.connect({
      host: url.hostname,
      port: Number(url.port === '' ? 443 : url.port),
      ...(net.isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
      rejectUnauthorized: false,
      timeout: CONNECT_MS,
    })
    const end = (found: string | null): void => {
      socket.destroy()
      resolve(found)
    }
    socket.once('secureConnect', () => end(socket.getPeerCertificate().fingerprint256 ?? null))
    socket.once('error', () => end(null))
    socket.once('timeout', () => end(null))
    signal?.addEventListener('abort', () => end(null), { once: true })
  })
}

function untrusted(host: string, reason: string, thumbprint?: string): AppError {
  return new AppError('cloud-untrusted', {
    details: {
      service: host,
      reason,
      next: 'Compare the thumbprint with the one that the administrator or the web console shows, and fill it in; or give the authority as a file.',
      ...(thumbprint === undefined ? {} : { thumbprint }),
    },
  })
}

function refused(reason: string): AppError {
  return new AppError('cloud-failed', { details: { service: 'vSphere', reason } })
}

/** A certificate that is not known can be pinned: the words say how. */
function networkError(thrown: unknown, url: URL, signal: AbortSignal | undefined): AppError {
  if (thrown instanceof AppError) return thrown
  const error = cloudNetworkFailure(thrown, { service: url.host, signal })
  return error.code === 'cloud-untrusted' ? untrusted(url.host, String(error.data.details.reason)) : error
}
