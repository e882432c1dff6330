import net from 'node:net'

/** While it stands, a connection to anything but this machine fails, and is remembered. */
export interface ConnectGuard {
  /** `HOST:PORT` of what was tried. */
  readonly refused: readonly string[]
  remove(): void
}

type Connect = (this: net.Socket, ...args: unknown[]) => net.Socket

export function guardConnections(): ConnectGuard {
  const refused: string[] = []
  const { prototype } = net.Socket as unknown as { prototype: { connect: Connect } }
  const { connect } = prototype
  prototype.connect = function guarded(...args) {
    const target = targetOf(args)
    if (target === null || isLoopback(target.host)) return connect.apply(this, args)
    refused.push(`${target.host}:${target.port}`)
    queueMicrotask(() => this.destroy(new Error(`only loopback may be connected, not ${target.host}`)))
    return this
  }
  return { refused, remove: () => void (prototype.connect = connect) }
}

/** Null for a socket of the file system. */
function targetOf(args: readonly unknown[]): { host: string; port: string } | null {
  // Node itself passes what it has sorted already as one array.
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
  if (typeof first === 'object' && first !== null) {
    const { path, host, port } = first as { path?: string | null; host?: string; port?: number | string }
    return typeof path === 'string' && path !== '' ? null : { host: host ?? 'localhost', port: String(port) }
  }
  if (typeof first === 'string' && Number.isNaN(Number(first))) return null
  return { host: typeof second === 'string' ? second : 'localhost', port: String(first) }
}

function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare === '::1' || (net.isIPv4(bare) && bare.startsWith('127.'))
}
