import http from 'node:http'
import https from 'node:https'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { readAuthority, systemAuthorities } from '../../registry/certificates.js'
import { proxyFor } from '../../registry/proxy-rules.js'

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
  const proxy = proxyFor(url, env)
  const secure = { keepAlive: true, ca: authorities }
  const httpAgent = proxy === null ? new http.Agent({ keepAlive: true }) : new HttpsProxyAgent(proxy, { keepAlive: true })
  const httpsAgent = proxy === null ? new https.Agent(secure) : (new HttpsProxyAgent(proxy, secure) as unknown as https.Agent)
  return {
    httpAgent,
    httpsAgent,
    destroy: () => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}
