import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import { connectThroughSocks, type SocksProxy } from '../../registry/socks-proxy.js'

type Created = (error: Error | null, socket: Duplex) => void

const CONNECT_MS = 20_000

/** Plain HTTP through a SOCKS proxy. Requests throw `SocksFailure` where it made no connection. */
export class SocksHttpAgent extends http.Agent {
  constructor(
    private readonly proxy: SocksProxy,
    options: http.AgentOptions,
  ) {
    super(options)
  }

  /** Node takes the connection from the callback, as nothing is returned. */
  override createConnection(options: http.ClientRequestArgs, created?: Created): undefined {
    connect(this.proxy, options, 80).then((socket) => created?.(null, socket), created as (thrown: Error) => void)
  }
}

/** HTTPS through a SOCKS proxy: TLS, with all that the agent was given for it, begins at the far end. */
export class SocksHttpsAgent extends https.Agent {
  constructor(
    private readonly proxy: SocksProxy,
    options: https.AgentOptions,
  ) {
    super(options)
  }

  override createConnection(options: https.RequestOptions, created?: Created): undefined {
    connect(this.proxy, options, 443).then(
      (socket) => created?.(null, tls.connect({ ...(options as tls.ConnectionOptions), socket })),
      created as (thrown: Error) => void,
    )
  }
}

function connect(proxy: SocksProxy, { host, port }: Pick<http.ClientRequestArgs, 'host' | 'port'>, defaultPort: number) {
  const target = { host: host ?? 'localhost', port: Number(port ?? defaultPort), timeoutMs: CONNECT_MS }
  return connectThroughSocks(proxy, target)
}
