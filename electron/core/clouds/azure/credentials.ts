import fs from 'node:fs'
import { AzureCliCredential, ClientCertificateCredential, ClientSecretCredential } from '@azure/identity'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import { systemAuthorities } from '../../registry/certificates.js'
import { proxyFor } from '../../registry/proxy-rules.js'
import { isSocks } from '../../registry/socks-proxy.js'
import { nodeAgents } from '../transfer/node-agents.js'
import { azureCloud } from './azure-clouds.js'
import { signInFailure } from './azure-failure.js'

/** Milliseconds before its end that a token is asked for anew. */
const SPARE_MS = 5 * 60_000

/** Tokens for what is signed in with; asked for every request. */
export interface AzureTokens {
  /** @param audience such as `https://management.azure.com` */
  token(audience: string): Promise<string>
  /** They were refused: the next request asks for new ones. */
  forget(): void
}

interface Credential {
  getToken(scope: string, options: { abortSignal?: AbortSignal }): Promise<{ token: string; expiresOnTimestamp: number } | null>
}

type ClientOptions = NonNullable<ConstructorParameters<typeof ClientSecretCredential>[3]>
type Policy = NonNullable<ClientOptions['additionalPolicies']>[number]['policy']

export interface TokenRequest {
  readonly env: NodeJS.ProcessEnv
  readonly values: FieldValues
  readonly signal: AbortSignal | undefined
  /** Asks anything where one signs in; throws what the network throws. */
  readonly reach: () => Promise<unknown>
}

export function azureTokens({ env, values, signal, reach }: TokenRequest): AzureTokens {
  const tenant = textOf(values, 'tenant')
  let credential: Credential | null = null
  const kept = new Map<string, { readonly token: string; readonly until: number }>()
  return {
    async token(audience) {
      const known = kept.get(audience)
      if (known !== undefined && Date.now() < known.until) return known.token
      try {
        credential ??= makeCredential(env, values)
        const found = await credential.getToken(`${audience}/.default`, signal ? { abortSignal: signal } : {})
        if (found === null) throw new Error('It gave no token')
        kept.set(audience, { token: found.token, until: found.expiresOnTimestamp - SPARE_MS })
        return found.token
      } catch (thrown) {
        if (signal?.aborted) throw new AppError('cancelled', { cause: thrown })
        // It remembers what it was told; the next one asks anew.
        credential = null
        const failure = signInFailure(thrown, tenant)
        // Of a network that breaks @azure/identity says only that there was no answer: one request of ours tells why.
        if (failure.data.details.name === undefined && textOf(values, 'signIn') === 'env') await reach()
        throw failure
      }
    },
    forget() {
      kept.clear()
      credential = null
    },
  }
}

function makeCredential(env: NodeJS.ProcessEnv, values: FieldValues): Credential {
  const tenantId = textOf(values, 'tenant')
  if (textOf(values, 'signIn') !== 'env') return new AzureCliCredential({ tenantId, processTimeoutInMs: 60_000 })
  const { AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret, AZURE_CLIENT_CERTIFICATE_PATH: certificatePath } = env
  const options = clientOptions(env, values)
  if (!client) throw new Error('AZURE_CLIENT_ID is not set')
  if (secret) return new ClientSecretCredential(tenantId, client, secret, options)
  if (!certificatePath) throw new Error('Neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set')
  const certificatePassword = env.AZURE_CLIENT_CERTIFICATE_PASSWORD
  return new ClientCertificateCredential(
    tenantId,
    client,
    { certificatePath, ...(certificatePassword === undefined ? {} : { certificatePassword }) },
    options,
  )
}

function clientOptions(env: NodeJS.ProcessEnv, values: FieldValues): ClientOptions {
  const { authority } = azureCloud(values)
  const ca = textOf(values, 'ca')
  const proxy = proxyFor(new URL(authority), env)
  const authorities = [...systemAuthorities(env), ...(ca === '' ? [] : [fs.readFileSync(ca)])].map((one) => one.toString()).join('\n')
  return {
    authorityHost: authority,
    // Of clouds of one's own the public directory knows nothing.
    ...(textOf(values, 'cloud') === 'own' ? { disableInstanceDiscovery: true } : {}),
    tlsOptions: { ca: authorities },
    retryOptions: { maxRetries: 2 },
    ...(proxy === null ? {} : isSocks(proxy) ? throughSocks(new URL(authority), env, ca) : { proxyOptions: proxyOptions(proxy) }),
  }
}

/** The pipeline of @azure/identity makes proxies of http:// and https:// only; a request that has its agent already is left as it is. */
function throughSocks(authority: URL, env: NodeJS.ProcessEnv, ca: string): Pick<ClientOptions, 'additionalPolicies'> {
  const agents = nodeAgents({ url: authority, env, ca: ca === '' ? undefined : ca })
  const policy: Policy = {
    name: 'throughSocks',
    sendRequest: (request, next) => {
      request.agent = request.url.startsWith('https:') ? agents.httpsAgent : agents.httpAgent
      return next(request)
    },
  }
  return { additionalPolicies: [{ position: 'perCall', policy }] }
}

function proxyOptions(proxy: string): { host: string; port: number; username?: string; password?: string } {
  const { protocol, hostname, port, username, password } = new URL(proxy)
  return {
    host: `${protocol}//${hostname}`,
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
  }
}
