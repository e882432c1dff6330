import http from 'node:http'
import type { Duplex } from 'node:stream'
import type { MetadataServiceId } from '#shared/boot-test/guest-metadata'
import { awsMetadata } from './aws-metadata.js'
import { azureMetadata, WIRE_SERVER } from './azure-metadata.js'
import { gcpMetadata } from './gcp-metadata.js'
import type { GuestFacts } from './guest-facts.js'
import { type MetadataAnswer, type MetadataResponder, refusal } from './metadata-answer.js'
import { ociMetadata } from './oci-metadata.js'
import { openstackMetadata } from './openstack-metadata.js'
import { azureDisc, type MetadataDisc, vmwareDisc } from './ovf-environment.js'

const LINK_LOCAL = '169.254.169.254'
const MAX_BODY = 1024 * 1024
/** In seconds; shorter than a connection on which nothing happens lives. */
const LONGEST_HOLD = 240
/** What is shown of a request. */
const MAX_PATH = 300

/** How a service reaches its guest. */
export interface MetadataPlan {
  /** Addresses that it answers at, on port 80; none where there is only a disc. */
  readonly addresses: readonly string[]
  readonly names: Readonly<Record<string, string>>
  readonly respond: MetadataResponder | null
  readonly disc: MetadataDisc | null
}

export function metadataPlan(service: MetadataServiceId, facts: GuestFacts): MetadataPlan {
  const web = (respond: MetadataResponder): MetadataPlan => ({ addresses: [LINK_LOCAL], names: {}, respond, disc: null })
  switch (service) {
    case 'aws':
      return web(awsMetadata(facts))
    case 'azure':
      return { addresses: [LINK_LOCAL, WIRE_SERVER], names: {}, respond: azureMetadata(facts), disc: azureDisc(facts) }
    case 'gcp':
      return { ...web(gcpMetadata(facts)), names: { 'metadata.google.internal': LINK_LOCAL, metadata: LINK_LOCAL } }
    case 'oci':
      return web(ociMetadata(facts))
    case 'openstack':
      return web(openstackMetadata(facts))
    case 'vmware':
      return { addresses: [], names: {}, respond: null, disc: vmwareDisc(facts) }
  }
}

export interface AnsweredRequest {
  readonly method: string
  readonly path: string
  readonly status: number
}

/** Speaks HTTP on connections that are handed to it; listens nowhere. */
export class MetadataServer {
  private readonly server: http.Server
  private readonly addresses = new WeakMap<Duplex, string>()

  constructor(respond: MetadataResponder, onAnswer: (answered: AnsweredRequest) => void) {
    this.server = http.createServer((request, response) => {
      void take(request).then((taken) => {
        if (taken === 'broken-off') return
        const [method, target] = [request.method ?? 'GET', request.url ?? '/']
        const answer = taken === 'whole' ? this.answer(respond, request, method, target) : refusal(413)
        onAnswer({ method, path: target.slice(0, MAX_PATH), status: answer.status })
        const tell = (): void => {
          // A guest that reads to the end of a connection gets one.
          response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body), connection: 'close' })
          response.end(method === 'HEAD' ? undefined : answer.body)
        }
        if (answer.holdSeconds === undefined) tell()
        else hold(response, answer.holdSeconds, tell)
      })
    })
    this.server.on('clientError', (_error, socket) => socket.destroy())
    // Who has asked may close its side, as nc(1) does: it still gets its answer. Node.js lib/_http_server.js, socketOnEnd.
    Object.assign(this.server, { httpAllowHalfOpen: true })
  }

  /** Takes a connection to one of the service's addresses. */
  connect(connection: Duplex, address: string): void {
    this.addresses.set(connection, address)
    this.server.emit('connection', connection)
  }

  private answer(respond: MetadataResponder, request: http.IncomingMessage, method: string, target: string): MetadataAnswer {
    const [pathname = '', search = ''] = target.split('?')
    const path = decode(pathname)
    if (path === undefined) return refusal(400)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    return respond({ method, path, query: new URLSearchParams(search), headers, address: this.addresses.get(request.socket) ?? LINK_LOCAL })
  }
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/** Answers after so long, unless the guest has gone before. */
function hold(response: http.ServerResponse, seconds: number, tell: () => void): void {
  const timer = setTimeout(tell, Math.min(seconds, LONGEST_HOLD) * 1000).unref()
  response.once('close', () => clearTimeout(timer))
}

/** Reads what a guest reports, which nobody needs. */
async function take(request: http.IncomingMessage): Promise<'whole' | 'too-much' | 'broken-off'> {
  let bytes = 0
  try {
    // Who sends too much is told so: the connection stays for that.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (chunk instanceof Buffer) bytes += chunk.length
      if (bytes > MAX_BODY) return 'too-much'
    }
    return 'whole'
  } catch {
    return 'broken-off'
  }
}
