import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { computeAnswer } from './oci/compute.js'
import { type KnownKey, signatureProblem } from './oci/signature.js'
import { type Answer, type Bucket, type Call, type Image, newId, type OciControls, type OciState, Refused } from './oci/state.js'
import { addBucket, linkedObject, storageAnswer } from './oci/storage.js'

/** Something that goes wrong at the next requests it fits. */
export interface OciFault {
  /** Method and path, such as `PUT /n/space/b/images/u/`. */
  readonly when: RegExp
  times: number
  /** `reset` breaks the connection after a part of the body. */
  readonly answer: { readonly status: number; readonly code: string; readonly retryAfter?: number } | 'reset'
}

export interface OciServer {
  readonly url: string
  readonly namespace: string
  readonly tenancy: string
  readonly compartment: string
  readonly state: OciState
  readonly controls: OciControls
  readonly faults: OciFault[]
  /** Public keys by `keyId`; taking one away is what deleting an API key is. */
  readonly keys: Map<string, KnownKey>
  /** Method and target of each request, in order. */
  readonly requests: readonly string[]
  /** Bytes of parts that arrived. */
  receivedBytes(): number
  addBucket(name: string): Bucket
  images(): readonly Image[]
  stop(): Promise<void>
}

export interface OciServerOptions {
  /** See `OciState.checkBody`; without it every body is taken. */
  readonly checkBody?: (model: string, body: unknown) => string | null
}

/** Oracle Cloud on loopback, as far as its public documents tell: Object Storage, Compute, Identity, Limits, all at one address. */
export async function startOciServer({ checkBody = () => null }: OciServerOptions = {}): Promise<OciServer> {
  const tenancy = newId('tenancy')
  const dev = { id: newId('compartment'), name: 'dev', compartmentId: tenancy, lifecycleState: 'ACTIVE' }
  const images = { id: newId('compartment'), name: 'images', compartmentId: dev.id, lifecycleState: 'ACTIVE' }
  const others = ['ops', 'lab', 'old'].map((name) => ({
    id: newId('compartment'),
    name,
    compartmentId: tenancy,
    lifecycleState: name === 'old' ? 'DELETED' : 'ACTIVE',
  }))
  const state: OciState = {
    namespace: 'examplespace',
    tenancy,
    buckets: new Map(),
    images: new Map(),
    works: new Map(),
    schemas: new Map(),
    retryTokens: new Map(),
    compartments: [...others, dev, images],
    checkBody,
    controls: {
      looks: 0,
      outcome: { status: 'SUCCEEDED', errors: [] },
      maxImages: 100,
      federated: false,
      clockAheadMs: 0,
      pageSize: 2,
      hasLimits: true,
    },
  }
  const keys = new Map<string, KnownKey>()
  const faults: OciFault[] = []
  const requests: string[] = []
  let received = 0

  const answerTo = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const target = request.url ?? '/'
    const method = request.method ?? 'GET'
    requests.push(`${method} ${target}`)
    const fault = faults.find(({ when, times }) => times > 0 && when.test(`${method} ${target}`))
    if (fault !== undefined) fault.times--
    if (fault?.answer === 'reset') {
      await once(request, 'data')
      request.socket.destroy()
      return
    }
    const url = new URL(target, 'http://127.0.0.1')
    const path = url.pathname.split('/').slice(1).map(decodeURIComponent)
    const isPart = method === 'PUT' && (path[4] === 'u' || path[4] === 'o')
    const body = await bodyOf(request, (bytes) => (isPart ? (received += bytes) : undefined))
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    )
    const call: Call = { method, path, query: url.searchParams, headers, body }
    try {
      if (fault !== undefined) {
        const { status, code, retryAfter } = fault.answer
        throw new Refused(status, code, 'Asked for by the test', retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
      }
      send(response, method, answer(call, { method, target, headers, body: isPart ? null : body }))
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown
      const { status, code, message } = thrown
      send(response, method, { status, json: { code, message }, headers: thrown.headers })
    }
  }

  const answer = (call: Call, signed: Parameters<typeof signatureProblem>[0]): Answer => {
    const linked = call.path[0] === 'p' && call.method === 'GET' ? linkedObject(state, call.path) : null
    if (linked !== null) return { bytes: linked }
    const nowMs = Date.now() + state.controls.clockAheadMs
    const problem = signatureProblem(signed, { nowMs, key: (keyId) => keys.get(keyId) })
    if (problem !== null)
      throw new Refused(
        401,
        'NotAuthenticated',
        `The required information to complete authentication was not provided or was incorrect: ${problem}.`,
      )
    if (call.path[0] === 'n') return storageAnswer(state, call)
    if (call.path[0] === '20190729') return limits(state, call)
    return call.path[1] === 'compartments' || call.path[1] === 'tenancies' ? identity(state, call) : computeAnswer(state, call)
  }

  const send = (response: http.ServerResponse, method: string, { status = 200, headers = {}, json, bytes }: Answer): void => {
    const content = bytes ?? (json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json)))
    response.writeHead(status, {
      date: new Date(Date.now() + state.controls.clockAheadMs).toUTCString(),
      'opc-request-id': `REQUEST${requests.length}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      'content-length': String(content.length),
      ...headers,
    })
    response.end(method === 'HEAD' ? undefined : content)
  }

  const server = http.createServer((request, response) => {
    void answerTo(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: state.namespace,
    tenancy,
    compartment: images.id,
    state,
    controls: state.controls,
    faults,
    keys,
    requests,
    receivedBytes: () => received,
    addBucket: (name) => addBucket(state, name, images.id),
    images: () => [...state.images.values()].filter(({ lifecycleState }) => lifecycleState !== 'DELETED'),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bodyOf(request: http.IncomingMessage, onBytes: (bytes: number) => void): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) {
    onBytes((piece as Buffer).length)
    pieces.push(piece as Buffer)
  }
  return Buffer.concat(pieces)
}

function identity(state: OciState, call: Call): Answer {
  const [, collection, id, part] = call.path
  if (collection === 'tenancies' && part === 'regionSubscriptions' && id === state.tenancy) {
    return { json: [{ regionKey: 'FRA', regionName: 'eu-frankfurt-1', status: 'READY', isHomeRegion: true }] }
  }
  if (collection !== 'compartments' || call.method !== 'GET' || id !== undefined)
    throw new Refused(404, 'NotAuthorizedOrNotFound', 'Not found')
  const parent = call.query.get('compartmentId')
  const isTree = call.query.get('compartmentIdInSubtree') === 'true'
  if (isTree && parent !== state.tenancy) throw new Refused(400, 'InvalidParameter', 'compartmentIdInSubtree is for the tenancy alone')
  const name = call.query.get('name')
  const found = state.compartments.filter((one) => (isTree || one.compartmentId === parent) && (name === null || one.name === name))
  const start = Number(call.query.get('page') ?? 0)
  const next = start + state.controls.pageSize
  return { json: found.slice(start, next), headers: next < found.length ? { 'opc-next-page': String(next) } : {} }
}

/** Source: Limits API, GetResourceAvailability. */
function limits(state: OciState, call: Call): Answer {
  if (!state.controls.hasLimits) throw new Refused(404, 'NotAuthorizedOrNotFound', 'Not found')
  if (call.path.slice(1).join('/') !== 'services/compute/limits/custom-image-count/resourceAvailability')
    throw new Refused(404, 'NotAuthorizedOrNotFound', 'Not found')
  const used = [...state.images.values()].filter(({ lifecycleState }) => lifecycleState !== 'DELETED').length
  return { json: { used, available: Math.max(0, state.controls.maxImages - used) } }
}
