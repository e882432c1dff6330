import http from 'node:http'
import https from 'node:https'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { readAuthority, systemAuthorities } from '../../registry/certificates.js'
import { proxyFor } from '../../registry/proxy-rules.js'
import { readSocksProxy } from '../../registry/socks-proxy.js'
import { SocksHttpAgent, SocksHttpsAgent } from './socks-agents.js'

export interface AgentsRequest {
  /** Where it goes; the rules of proxies are asked for it. */
  readonly url: URL
  readonly env: NodeJS.ProcessEnv
  /** Absolute path of the certificate of an authority that is trusted beside those of this machine. */
  readonly ca?: string | undefined
}

export interface NodeAgents {
  readonly httpAgent: http.Agent
  readonly httpsAgent: https.Agent
  /** Closes the connections that are kept. */
  destroy(): void
}

/**
 * Agents of node:http for SDKs that take some: through the proxy of the environment, and with the authorities of this machine. Certificates
 * are always checked. Throws `bad-input` for a file that holds no certificate.
 */
export function nodeAgents({ url, env, ca }: AgentsRequest): NodeAgents {
  const authorities = [...systemAuthorities(env), ...(ca === undefined ? [] : [readAuthority(ca)])]
  const plain = { keepAlive: true }
  const { httpAgent, httpsAgent } = agentsThrough(proxyFor(url, env), plain, { ...plain, ca: authorities })
  return {
    httpAgent,
    httpsAgent,
    destroy: () => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

function agentsThrough(
  proxy: string | null,
  plain: http.AgentOptions,
  secure: https.AgentOptions,
): Pick<NodeAgents, 'httpAgent' | 'httpsAgent'> {
  if (proxy === null) return { httpAgent: new http.Agent(plain), httpsAgent: new https.Agent(secure) }
  const socks = readSocksProxy(proxy)
  if (socks !== null) return { httpAgent: new SocksHttpAgent(socks, plain), httpsAgent: new SocksHttpsAgent(socks, secure) }
  return { httpAgent: new HttpsProxyAgent(proxy, plain), httpsAgent: new HttpsProxyAgent(proxy, secure) }
}
