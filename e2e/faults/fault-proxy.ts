import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to answers. Offsets count bytes of the answer's body. */
export type Fault =
  | { readonly kind: 'pass' }
  /** The connection is broken once so many bytes were sent. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The connection is broken on both sides once so many bytes of what is sent to the registry went on. */
  | { readonly kind: 'cut-request'; readonly after: number }
  /** Nothing more is sent, and the connection stays open. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Passed on as it is, but not before. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** One byte is changed. */
  | { readonly kind: 'flip'; readonly at: number }
  | { readonly kind: 'rate'; readonly bytesPerSecond: number }
  | { readonly kind: 'status'; readonly code: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** RST in place of an answer. */
  | { readonly kind: 'reset' }
  /** `Content-Length` differs by so much from what is sent; where it is less, as much of the body is sent. */
  | { readonly kind: 'wrong-length'; readonly by: number }
  /** 307 to another address; `PATH` in it becomes the path that was asked for. */
  | { readonly kind: 'redirect'; readonly to: string; readonly code?: number }

export interface FaultRule {
  /** On `METHOD path`; default: reading a blob. */
  readonly match?: RegExp
  /** The first so many that match; default: all. */
  readonly times?: number
  /** So many that match pass before; default: none. */
  readonly skip?: number
}

/** What was asked for, and what came of it. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  /** Of the answer; null where there was none. */
  status: number | null
  /** Of the answer's body that were sent on. */
  bytes: number
}

export interface TokenRules {
  /** Passwords by name; without them everyone gets a token. */
  readonly users?: Readonly<Record<string, string>>
  /** Identity tokens that are taken in place of passwords. */
  readonly identityTokens?: readonly string[]
  /** A token is good for so many requests; default: for ever. */
  readonly uses?: number
  /** What the server says of its tokens, in seconds. */
  readonly expiresIn?: number
}

/** A proxy on loopback that stands before a registry and does what networks and registries do when they fail. */
export interface FaultProxy {
  /** `127.0.0.1:PORT`. */
  readonly registry: string
  readonly url: string
  /** Everything since the start or the last `forget`, in its order. */
  readonly seen: readonly SeenRequest[]
  /** Takes the place of the fault before. */
  set(fault: Fault, rule?: FaultRule): void
  /** From now on a token is asked for, that `/token` of the proxy gives out; null: no more. Tokens given before end. */
  requireToken(rules: TokenRules | null): void
  /** Tokens that were given out. */
  readonly tokens: readonly string[]
  /** How often something was asked for whose `METHOD path` matches. */
  count(match: RegExp): number
  bytesOf(match: RegExp): number
  forget(): void
  stop(): Promise<void>
}

const READS_BLOB = /^GET .*\/blobs\/sha256:/

/** `target`: `http://127.0.0.1:PORT`. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let fault: Fault = { kind: 'pass' }
  let rule: Required<FaultRule> = { match: READS_BLOB, times: Number.POSITIVE_INFINITY, skip: 0 }
  const seen: SeenRequest[] = []
  const tokens = createTokens(() => proxyUrl)
  const agent = new http.Agent({ keepAlive: true })

  const server = http.createServer((asked, answer) => {
    const record: SeenRequest = { method: asked.method ?? '', path: asked.url ?? '', headers: { ...asked.headers }, status: null, bytes: 0 }
    seen.push(record)
    asked.on('error', () => {})
    answer.on('error', () => {})
    if (tokens.answer(asked, answer, record)) return
    const matches = rule.times > 0 && rule.match.test(`${record.method} ${record.path}`)
    const hit = matches && rule.skip === 0
    if (matches) rule = hit ? { ...rule, times: rule.times - 1 } : { ...rule, skip: rule.skip - 1 }
    serve(hit ? fault : { kind: 'pass' }, { target, agent, asked, answer, record })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxyUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const matching = (match: RegExp) => seen.filter(({ method, path }) => match.test(`${method} ${path}`))
  return {
    registry: proxyUrl.slice('http://'.length),
    url: proxyUrl,
    seen,
    set(next, { match = READS_BLOB, times = Number.POSITIVE_INFINITY, skip = 0 } = {}) {
      fault = next
      rule = { match, times, skip }
    },
    requireToken: tokens.require,
    tokens: tokens.given,
    count: (match) => matching(match).length,
    bytesOf: (match) => matching(match).reduce((sum, { bytes }) => sum + bytes, 0),
    forget: () => void seen.splice(0),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      agent.destroy()
    },
  }
}

interface Meeting {
  readonly target: string
  readonly agent: http.Agent
  readonly asked: http.IncomingMessage
  readonly answer: http.ServerResponse
  readonly record: SeenRequest
}

function serve(fault: Fault, meeting: Meeting): void {
  const { asked, answer, record } = meeting
  if (fault.kind === 'hold') {
    void fault.until.then(() => serve({ kind: 'pass' }, meeting))
    return
  }
  if (fault.kind === 'reset') {
    asked.socket.resetAndDestroy()
    return
  }
  if (fault.kind === 'status' || fault.kind === 'redirect') {
    asked.resume()
    record.status = fault.kind === 'status' ? fault.code : (fault.code ?? 307)
    const headers = fault.kind === 'status' ? fault.headers : { location: fault.to.replace('PATH', asked.url ?? '') }
    const body = fault.kind === 'status' ? (fault.body ?? '') : ''
    answer
      .writeHead(record.status, { ...headers, 'content-length': Buffer.byteLength(body) })
      .end(asked.method === 'HEAD' ? undefined : body)
    return
  }
  const { target, agent } = meeting
  const onward = http.request(
    new URL(asked.url ?? '', target),
    { method: asked.method ?? 'GET', headers: asked.headers, agent },
    (given) => {
      relay(fault, given, meeting)
    },
  )
  onward.on('error', () => {
    // Swift sends a body after its answer to HEAD, which nobody waits for.
    if (asked.method !== 'HEAD' || record.status === null) asked.socket.destroy()
  })
  answer.on('close', () => onward.destroy())
  if (fault.kind === 'cut-request') cutRequest(fault.after, asked, onward)
  else asked.pipe(onward)
}

function cutRequest(after: number, asked: http.IncomingMessage, onward: http.ClientRequest): void {
  let sent = 0
  asked.on('data', (piece: Buffer) => {
    const part = piece.subarray(0, Math.max(0, after - sent))
    sent += part.length
    onward.write(part, () => {
      if (sent < after || onward.destroyed) return
      onward.destroy()
      asked.socket.destroy()
    })
  })
}

function relay(
  fault: Exclude<Fault, { kind: 'hold' | 'reset' | 'status' | 'redirect' }>,
  given: http.IncomingMessage,
  meeting: Meeting,
): void {
  const { answer, asked, record } = meeting
  const { headers } = given
  const length = Number(headers['content-length'] ?? 0)
  const shown = fault.kind === 'wrong-length' ? { 'content-length': String(Math.max(0, length + fault.by)) } : {}
  const most = fault.kind === 'wrong-length' && fault.by < 0 ? Math.max(0, length + fault.by) : Number.POSITIVE_INFINITY
  record.status = given.statusCode ?? 0
  answer.writeHead(record.status, { ...headers, ...shown })
  given.on('data', (piece: Buffer) => {
    const end = fault.kind === 'cut' || fault.kind === 'stall' ? fault.after : most
    const part = Buffer.from(piece.subarray(0, Math.max(0, Math.min(piece.length, end - record.bytes))))
    if (fault.kind === 'flip' && fault.at >= record.bytes && fault.at < record.bytes + part.length) {
      part[fault.at - record.bytes] = (part[fault.at - record.bytes] ?? 0) ^ 0xff
    }
    record.bytes += part.length
    const isFull = part.length > 0 && !answer.write(part, () => breakOff(fault, record, asked))
    if (part.length === 0) breakOff(fault, record, asked)
    if (fault.kind === 'stall' && record.bytes >= fault.after) given.pause()
    else if (fault.kind === 'rate') slowDown(given, (1000 * part.length) / fault.bytesPerSecond)
    else if (isFull) wait(given, answer)
  })
  given.on('end', () => {
    if (fault.kind === 'wrong-length' && fault.by > 0) answer.socket?.end()
    else if (fault.kind !== 'stall' || record.bytes < fault.after) answer.end()
  })
  given.on('error', () => answer.destroy())
}

/** Only once the bytes before it have left. */
function breakOff(fault: Fault, record: SeenRequest, asked: http.IncomingMessage): void {
  if (fault.kind === 'cut' && record.bytes >= fault.after) asked.socket.destroy()
}

function slowDown(given: http.IncomingMessage, milliseconds: number): void {
  given.pause()
  setTimeout(() => given.resume(), milliseconds)
}

function wait(given: http.IncomingMessage, answer: http.ServerResponse): void {
  given.pause()
  answer.once('drain', () => given.resume())
}

/** A token server as of distribution's "Token Authentication Specification"; its tokens are counted, not signed. */
function createTokens(url: () => string) {
  let rules: TokenRules | null = null
  const given: string[] = []
  const left = new Map<string, number>()
  const refuse = (answer: http.ServerResponse, headers: Record<string, string>): void => {
    answer.writeHead(401, headers).end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }))
  }
  const give = (asked: http.IncomingMessage, answer: http.ServerResponse, active: TokenRules, form: string): void => {
    const identity = new URLSearchParams(form).get('refresh_token')
    if (!mayHave(active, asked.headers.authorization, identity)) {
      refuse(answer, {})
      return
    }
    const token = `token-${given.length + 1}`
    given.push(token)
    left.set(token, active.uses ?? Number.POSITIVE_INFINITY)
    const body = { [asked.method === 'POST' ? 'access_token' : 'token']: token, expires_in: active.expiresIn }
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  return {
    given,
    require(next: TokenRules | null) {
      rules = next
      left.clear()
    },
    /** Whether it answered itself. */
    answer(asked: http.IncomingMessage, answer: http.ServerResponse, record: SeenRequest): boolean {
      if (rules === null) return false
      const active = rules
      if (record.path.startsWith('/token')) {
        let form = ''
        asked.on('data', (piece: Buffer) => (form += piece.toString()))
        asked.on('end', () => give(asked, answer, active, form))
        record.status = 200
        return true
      }
      const token = /^Bearer (.*)$/.exec(asked.headers.authorization ?? '')?.[1] ?? ''
      const uses = left.get(token) ?? 0
      if (uses > 0) {
        left.set(token, uses - 1)
        delete asked.headers.authorization
        return false
      }
      asked.resume()
      record.status = 401
      refuse(answer, { 'www-authenticate': `Bearer realm="${url()}/token",service="registry.example"` })
      return true
    },
  }
}

function mayHave({ users, identityTokens }: TokenRules, authorization: string | undefined, identity: string | null): boolean {
  if (identity !== null) return identityTokens?.includes(identity) ?? false
  if (users === undefined) return true
  const [user = '', ...rest] = Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64')
    .toString()
    .split(':')
  return users[user] !== undefined && users[user] === rest.join(':')
}
