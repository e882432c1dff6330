import net from 'node:net'
import { AppError } from '#shared/errors/app-error'
import { isSocks, readSocksProxy } from './socks-proxy.js'

/**
 * The proxy for a URL, or null: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` in upper or lower case, by the rules of Go's
 * golang.org/x/net/http/httpproxy that podman and skopeo follow. Where the one that counts is not set, `ALL_PROXY` is taken as in curl(1), unless it is of a
 * kind that is not spoken here: it is meant for other programs then. `localhost` and loopback addresses never go through one. Throws `bad-input` for
 * a proxy that cannot be used.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): string | null {
  const found = findProxy(url, env)
  if (found === null) return null
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  if (isLoopback(host) || isExempt(host, port, env.NO_PROXY ?? env.no_proxy ?? '')) return null
  requireUsable(found.name, found.proxy, host)
  return found.proxy
}

function findProxy(url: URL, env: NodeJS.ProcessEnv): { readonly name: string; readonly proxy: string } | null {
  const names = url.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy']
  for (const name of names) {
    const proxy = env[name] ?? ''
    if (proxy !== '') return { name, proxy: /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}` }
  }
  const name = ['ALL_PROXY', 'all_proxy'].find((one) => (env[one] ?? '') !== '') ?? 'ALL_PROXY'
  const proxy = env[name] ?? ''
  return isSocks(proxy) || /^https?:\/\//i.test(proxy) ? { name, proxy } : null
}

/** What it says is left out of the words: a password may be in it. */
function requireUsable(name: string, proxy: string, host: string): void {
  const protocol = URL.canParse(proxy) ? new URL(proxy).protocol : null
  if (protocol === 'http:' || protocol === 'https:' || readSocksProxy(proxy) !== null) return
  const problem =
    protocol === null || isSocks(proxy) ? 'is no address of a proxy' : `names a proxy of the kind ${protocol}//, which is not spoken here`
  const reason = `${name} ${problem}. Give it the address of an http://, https:// or socks5:// proxy, or go around it with NO_PROXY=${host}`
  throw new AppError('bad-input', { details: { reason } })
}

/** @param host without the brackets of an IPv6 address */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  return net.isIPv4(host) ? host.startsWith('127.') : host === '::1'
}

function isExempt(host: string, port: string, list: string): boolean {
  return list
    .split(',')
    .map((rule) => rule.trim().toLowerCase())
    .some((rule) => rule !== '' && matches(rule, host, port))
}

function matches(rule: string, host: string, port: string): boolean {
  if (rule === '*') return true
  if (rule.includes('/')) return isInNetwork(host, rule)
  const [, name = rule, rulePort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(rule) ?? []
  if (rulePort !== undefined && rulePort !== port) return false
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*\./, '.')
  if (net.isIP(bare) !== 0) return bare === host
  return bare.startsWith('.') ? host.endsWith(bare) && bare.length > 1 : host === bare || host.endsWith(`.${bare}`)
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', prefix = ''] = network.split('/')
  const [family, bits] = [net.isIP(address), Number(prefix)]
  if (family === 0 || net.isIP(host) !== family || !Number.isInteger(bits) || bits > (family === 4 ? 32 : 128)) return false
  const list = new net.BlockList()
  const type = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(address, bits, type)
  return list.check(host, type)
}
