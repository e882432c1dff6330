import { once } from 'node:events'
import net from 'node:net'
import type { SecureContext } from 'node:tls'
import { SocksClient } from 'socks'
import { buildConnector } from 'undici'

/** Where a SOCKS5 proxy listens, and what signs in there. */
export interface SocksProxy {
  readonly host: string
  readonly port: number
  /** RFC 1929: at most 255 bytes each. */
  readonly user: string
  readonly password: string
}

export interface SocksTarget {
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
  /** Milliseconds until the proxy has to have made the connection. */
  readonly timeoutMs: number
}

/** What a SOCKS proxy did not do, in words that hold no password. */
export class SocksFailure extends Error {
  /**
   * @param proxy `HOST:PORT`
   * @param mayPass whether the same may succeed a moment later
   */
  constructor(
    message: string,
    readonly proxy: string,
    readonly mayPass = false,
  ) {
    super(message)
    this.name = 'SocksFailure'
  }
}

/** RFC 1928 and RFC 1929 send lengths as one byte. */
const MAX_BYTES = 255
/** Go's net/http, `portMap`. */
const DEFAULT_PORT = 1080

export function isSocks(proxy: string): boolean {
  return /^socks5h?:\/\//i.test(proxy)
}

/** Of `socks5://[USER:PASSWORD@]HOST[:PORT]` or the same with `socks5h`; null for anything else, and for what SOCKS cannot send. */
export function readSocksProxy(proxy: string): SocksProxy | null {
  if (!isSocks(proxy) || !URL.canParse(proxy)) return null
  const { hostname, port, username, password } = new URL(proxy)
  try {
    const read = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? DEFAULT_PORT : Number(port),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
    }
    const isSendable = [read.user, read.password].every((text) => Buffer.byteLength(text) <= MAX_BYTES)
    return isSendable && read.host !== '' && read.port > 0 ? read : null
  } catch {
    return null
  }
}

/**
 * A connection that the proxy made. The proxy looks up the name, for `socks5://` as for `socks5h://`: so does Go's net/http ("socks5 is treated
 * the same as socks5h", documentation of `Transport.Proxy`), and podman and skopeo with it; curl(1) would look it up here for `socks5://`.
 * Throws `SocksFailure`.
 */
export async function connectThroughSocks(proxy: SocksProxy, { host, port, timeoutMs }: SocksTarget): Promise<net.Socket> {
  const where = `${net.isIPv6(proxy.host) ? `[${proxy.host}]` : proxy.host}:${proxy.port}`
  if (Buffer.byteLength(host) > MAX_BYTES) throw new SocksFailure('The name of that machine is too long for a SOCKS proxy', where)
  const socket = net.connect({ host: proxy.host, port: proxy.port, noDelay: true, keepAlive: true })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    socket.destroy(new Error('late'))
  }, timeoutMs)
  const late = () => new SocksFailure(`The SOCKS proxy ${where} did not answer in time; it may not speak SOCKS5`, where, true)
  try {
    await once(socket, 'connect').catch((thrown: unknown) => {
      throw isLate ? late() : new SocksFailure(`The SOCKS proxy ${where} cannot be reached (${codeOf(thrown)})`, where)
    })
    const { user, password } = proxy
    await SocksClient.createConnection({
      command: 'connect',
      proxy: { host: proxy.host, port: proxy.port, type: 5, userId: user, password },
      destination: { host, port },
      timeout: timeoutMs,
      existing_socket: socket,
    }).catch((thrown: unknown) => {
      // What it throws holds the password: nothing of it goes on but the kind.
      throw isLate ? late() : refusal(thrown instanceof Error ? thrown.message : '', where, user !== '' || password !== '')
    })
    return socket
  } catch (thrown) {
    socket.on('error', () => {}).destroy()
    throw thrown
  } finally {
    clearTimeout(timer)
  }
}

/** Opens connections of undici through a SOCKS proxy; TLS is that of `connect`, and begins at the far end. */
export function socksConnector(
  proxy: SocksProxy,
  connect: { readonly timeout: number; readonly secureContext?: SecureContext; readonly rejectUnauthorized?: boolean },
): buildConnector.connector {
  const secure = buildConnector(connect)
  return (options, connected) => {
    const isSecure = options.protocol === 'https:'
    const port = options.port === '' ? (isSecure ? 443 : 80) : Number(options.port)
    connectThroughSocks(proxy, { host: options.hostname, port, timeoutMs: connect.timeout }).then(
      (socket) => (isSecure ? secure({ ...options, httpSocket: socket }, connected) : connected(null, socket)),
      (thrown: Error) => connected(thrown, null),
    )
  }
}

/** Words of the package `socks`, as what people can do something about. */
function refusal(message: string, where: string, isSignedIn: boolean): SocksFailure {
  if (/no accepted authentication/.test(message)) {
    return new SocksFailure(
      isSignedIn
        ? `The SOCKS proxy ${where} takes no name and password`
        : `The SOCKS proxy ${where} wants a name and a password: socks5://NAME:PASSWORD@${where}`,
      where,
    )
  }
  if (/Authentication failed/.test(message)) return new SocksFailure(`The SOCKS proxy ${where} refused the name or the password`, where)
  if (/initial handshake/.test(message)) return new SocksFailure(`What answers at ${where} is no SOCKS5 proxy`, where)
  const answer = /rejected connection - (\w+)/.exec(message)?.[1]
  if (answer !== undefined) return new SocksFailure(`${ANSWERS[answer] ?? 'The connection failed'}, says the SOCKS proxy ${where}`, where)
  return new SocksFailure(`The SOCKS proxy ${where} broke the connection; it may not speak SOCKS5`, where, true)
}

/** RFC 1928, section 6. */
const ANSWERS: Readonly<Record<string, string>> = {
  NotAllowed: 'Its rules do not allow that machine',
  NetworkUnreachable: 'There is no network to that machine',
  HostUnreachable: 'There is no way to that machine, or none of that name',
  ConnectionRefused: 'Nothing listens there',
  TTLExpired: 'It did not answer in time',
  CommandNotSupported: 'It makes no connections',
  AddressNotSupported: 'It does not take such an address',
}

function codeOf(thrown: unknown): string {
  const { code, errors } = thrown as { code?: unknown; errors?: readonly unknown[] }
  if (typeof code === 'string') return code
  return errors?.[0] === undefined ? 'unknown' : codeOf(errors[0])
}
