import { once } from 'node:events'
import type http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { ACCOUNT, BlobProxy, plainHeaders } from './azure/blob-proxy.js'
import { Entra } from './azure/entra.js'
import { ResourceManager } from './azure/resource-manager.js'
import type { Json } from './azure/resource-rules.js'

export interface ArmServerOptions {
  /** Address of an azurite that keeps the pages. */
  readonly azurite: string
  readonly cert: string
  readonly key: string
  readonly tenant: string
  readonly subscription: string
  readonly group: string
  readonly client: string
  readonly secret: string
}

/**
 * Microsoft Entra, the Azure Resource Manager and the door of a storage account for tests, all with TLS on loopback. Written from Microsoft's
 * public documents; pages themselves are kept by azurite.
 */
export interface ArmServer {
  readonly url: string
  /** Of the storage account. */
  readonly storage: string
  readonly entra: Entra
  readonly manager: ResourceManager
  readonly blobs: BlobProxy
  /** Requests with pages that are still answered with 503. */
  busyFor: number
  /** The next request with pages breaks off after a part of it. */
  cutNext: boolean
  stop(): Promise<void>
}

export async function startArmServer(options: ArmServerOptions): Promise<ArmServer> {
  const { cert, key } = options
  const [front, store] = [https.createServer({ cert, key }), https.createServer({ cert, key })]
  for (const server of [front, store]) await once(server.listen(0, '127.0.0.1'), 'listening')
  const [url, origin] = [originOf(front), originOf(store)]
  const storage = `${origin}/${ACCOUNT}`
  const entra = new Entra(options.tenant, options.client, options.secret)
  const blobs = new BlobProxy(options.azurite, (token) => entra.isGood(token, 'https://storage.azure.com'))
  const manager = new ResourceManager(options.subscription, options.group, blobs, { manager: url, storage })
  const own: ArmServer = {
    url,
    storage,
    entra,
    manager,
    blobs,
    busyFor: 0,
    cutNext: false,
    async stop() {
      for (const server of [front, store]) {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      }
    },
  }
  front.on('request', (incoming: http.IncomingMessage, response: http.ServerResponse) => {
    void bodyOf(incoming).then(async (body) => {
      const answer = await answerFront(own, incoming, body)
      const bytes = answer.body === undefined ? '' : JSON.stringify(answer.body)
      response
        .writeHead(answer.status, { 'content-type': 'application/json', 'x-ms-request-id': 'request-1', ...answer.headers })
        .end(bytes)
    })
  })
  store.on('request', (incoming: http.IncomingMessage, response: http.ServerResponse) => {
    const isPages = incoming.method === 'PUT' && (incoming.url ?? '').includes('comp=page')
    void bodyOf(incoming, (bytes) => {
      if (!isPages || !own.cutNext || bytes < 1024) return
      own.cutNext = false
      incoming.socket.destroy()
    }).then(async (body) => {
      if (isPages && own.busyFor > 0) {
        own.busyFor--
        response.writeHead(503, { 'x-ms-error-code': 'ServerBusy', 'retry-after': '0' }).end()
        return
      }
      const answer = await blobs.answer({
        method: incoming.method ?? '',
        url: new URL(incoming.url ?? '/', origin),
        headers: plainHeaders(incoming),
        body,
      })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  return own
}

function originOf(server: https.Server): string {
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Never resolves for a request that breaks off. */
function bodyOf(incoming: http.IncomingMessage, onBytes: (bytes: number) => void = () => {}): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let bytes = 0
    incoming.on('data', (piece: Buffer) => {
      pieces.push(piece)
      onBytes((bytes += piece.length))
    })
    incoming.on('error', () => {})
    incoming.on('end', () => resolve(Buffer.concat(pieces)))
  })
}

async function answerFront(
  { url, entra, manager }: ArmServer,
  incoming: http.IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers?: Readonly<Record<string, string>>; body?: unknown }> {
  const target = new URL(incoming.url ?? '/', url)
  const text = body.toString('utf8')
  const signIn = entra.answer(url, target.pathname, new URLSearchParams(text))
  if (signIn !== null) return signIn
  const token = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? ''
  if (!entra.isGood(token, url)) {
    return {
      status: 401,
      body: {
        error: { code: 'ExpiredAuthenticationToken', message: 'The access token expiry UTC time is earlier than current UTC time.' },
      },
    }
  }
  return manager.answer({ method: incoming.method ?? '', url: target, body: text === '' ? {} : (JSON.parse(text) as Json) })
}
