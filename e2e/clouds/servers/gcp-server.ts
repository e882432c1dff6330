import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { computeAnswer } from './gcp/compute.js'
import { type Answer, type Call, crc32cOf, type GcpControls, type GcpState, jsonOf, md5Of, newId, pageOf, Refused } from './gcp/state.js'
import { storageAnswer } from './gcp/storage.js'
import { jwtProblem, type ServiceAccount } from './gcp/tokens.js'

/** Something that goes wrong at the next requests it fits. */
export interface GcpFault {
  /** Method and path, such as `PUT /upload/`. */
  readonly when: RegExp
  times: number
  /** `cut` breaks the connection after so many bytes of the body. */
  readonly answer: { readonly status: number; readonly reason: string; readonly retryAfter?: number } | { readonly cut: number }
}

export interface GcpServer {
  readonly url: string
  readonly state: GcpState
  readonly controls: GcpControls
  readonly faults: GcpFault[]
  /** By mail address; taking one away is what disabling its key is. */
  readonly accounts: Map<string, ServiceAccount>
  /** Refresh tokens that are good. */
  readonly refreshTokens: Set<string>
  /** Access tokens that were given for them. */
  readonly accessTokens: Set<string>
  readonly requests: readonly string[]
  /** Bytes of chunks that arrived. */
  receivedBytes(): number
  stop(): Promise<void>
}

/** Google Cloud on loopback, as far as its public documents tell: Cloud Storage, Compute Engine's images, Resource Manager, a token endpoint. */
export async function startGcpServer(project: string): Promise<GcpServer> {
  let url = ''
  const state: GcpState = {
    project,
    url: () => url,
    buckets: new Map(),
    sessions: new Map(),
    images: new Map(),
    operations: new Map(),
    requests: new Map(),
    controls: {
      looks: 0,
      importError: null,
      maxImages: 100,
      clockAheadMs: 0,
      denied: new Set(),
      pageSize: 2,
      digests: (bytes) => ({ md5Hash: md5Of(bytes), crc32c: crc32cOf(bytes) }),
    },
  }
  const accounts = new Map<string, ServiceAccount>()
  const refreshTokens = new Set<string>()
  const accessTokens = new Set<string>()
  const faults: GcpFault[] = []
  const requests: string[] = []
  let received = 0

  const answerTo = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const target = request.url ?? '/'
    const method = request.method ?? 'GET'
    requests.push(`${method} ${target}`)
    const fault = faults.find(({ when, times }) => times > 0 && when.test(`${method} ${target}`))
    if (fault !== undefined) fault.times--
    const parsed = new URL(target, url)
    const path = parsed.pathname.split('/').slice(1).map(decodeURIComponent)
    const isChunk = method === 'PUT' && path[0] === 'upload'
    const cutAt = fault !== undefined && 'cut' in fault.answer ? fault.answer.cut : null
    const { body, isWhole } = await bodyOf(request, cutAt, (bytes) => (isChunk ? (received += bytes) : undefined))
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    )
    const call: Call = { method, path, query: parsed.searchParams, headers, body, isWhole }
    try {
      if (fault !== undefined && 'status' in fault.answer) {
        const { status, reason, retryAfter } = fault.answer
        throw new Refused(status, reason, 'Asked for by the test', retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
      }
      const given = answer(call)
      if (isWhole) send(response, given)
      else request.socket.destroy()
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown
      const { status, reason, message } = thrown
      send(response, {
        status,
        json: { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } },
        headers: thrown.headers,
      })
    }
  }

  const answer = (call: Call): Answer => {
    if (call.path[0] === 'token') return token(call)
    signedIn(call)
    if (call.path[0] === 'compute') return computeAnswer(state, call)
    if (call.path[0] === 'storage' || call.path[0] === 'upload') return storageAnswer(state, call)
    return projects(state, call)
  }

  const signedIn = ({ headers }: Call): void => {
    const given = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
    if (accessTokens.has(given)) return
    const problem = given === '' ? 'there is none' : jwtProblem(given, accounts, `${url}/`, Date.now() + state.controls.clockAheadMs)
    if (problem !== null) throw new Refused(401, 'authError', `Request had invalid authentication credentials: ${problem}`)
  }

  /** Source: RFC 6749 section 6. */
  const token = (call: Call): Answer => {
    const form = new URLSearchParams(call.body.toString('utf8'))
    if (form.get('grant_type') !== 'refresh_token' || !refreshTokens.has(form.get('refresh_token') ?? '')) {
      return { status: 400, json: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' } }
    }
    const given = newId()
    accessTokens.add(given)
    return { json: { access_token: given, expires_in: 3599, token_type: 'Bearer' } }
  }

  const send = (response: http.ServerResponse, { status = 200, headers = {}, json }: Answer): void => {
    const content = json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json))
    const date = new Date(Date.now() + state.controls.clockAheadMs).toUTCString()
    response.writeHead(status, {
      date,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      'content-length': String(content.length),
      ...headers,
    })
    response.end(content)
  }

  const server = http.createServer((request, response) => {
    void answerTo(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    state,
    controls: state.controls,
    faults,
    accounts,
    refreshTokens,
    accessTokens,
    requests,
    receivedBytes: () => received,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What arrived, also of a body that breaks off. */
async function bodyOf(
  request: http.IncomingMessage,
  cutAt: number | null,
  onBytes: (bytes: number) => void,
): Promise<{ body: Buffer; isWhole: boolean }> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of request) {
      const bytes = piece as Buffer
      pieces.push(bytes)
      size += bytes.length
      onBytes(bytes.length)
      if (cutAt !== null && size >= cutAt) return { body: Buffer.concat(pieces), isWhole: false }
    }
  } catch {
    return { body: Buffer.concat(pieces), isWhole: false }
  }
  return { body: Buffer.concat(pieces), isWhole: true }
}

/** Resource Manager. */
function projects(state: GcpState, call: Call): Answer {
  const [version, collection, name] = call.path
  if (version !== 'v1' || collection !== 'projects') throw new Refused(404, 'notFound', 'Not Found')
  if (name === undefined) {
    const all = [state.project, 'other-project', 'third-project'].map((projectId) => ({
      projectId,
      name: `Name of ${projectId}`,
      lifecycleState: 'ACTIVE',
    }))
    return pageOf(state, call, all, 'projects')
  }
  if (call.method !== 'POST' || name !== `${state.project}:testIamPermissions`)
    throw new Refused(403, 'forbidden', 'The caller does not have permission')
  const { permissions = [] } = jsonOf(call) as { permissions?: readonly string[] }
  return { json: { permissions: permissions.filter((one) => !state.controls.denied.has(one)) } }
}
