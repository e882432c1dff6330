import type { FieldValues } from '#shared/clouds/field'
import { AppError, toAppError } from '#shared/errors/app-error'
import { isLoopback } from '../../registry/proxy-rules.js'
import type { CloudContext } from '../cloud-provider.js'
import { createRestNetwork, type RestAnswer, type RestNetwork, type RestRequest } from '../transfer/rest-network.js'
import { retry, type RetryPolicy } from '../transfer/retry.js'
import { type CloudSignIn, findCloud } from './find-cloud.js'
import { openstackFailure } from './openstack-failure.js'

const CONTROL_POLICY: RetryPolicy = { attempts: 5, firstDelayMs: 300, maxDelayMs: 4000 }

interface CatalogEntry {
  readonly type: string
  readonly endpoints: readonly { readonly interface: string; readonly url: string; readonly region_id?: string; readonly region?: string }[]
}

interface Token {
  readonly value: string
  readonly catalog: readonly CatalogEntry[]
  readonly roles: readonly string[]
  readonly project: string
}

export interface ImageRequest extends Omit<RestRequest, 'url'> {
  /** After `/v2/`. */
  readonly path: string
  /** What is done, after `This account may not`, or what it is about. */
  readonly what: string
  readonly field?: string
  /** Statuses that are answers. Default: 2xx. */
  readonly okStatuses?: readonly number[]
}

/** Who is signed in at Keystone, and the image service that its catalogue names. */
export interface OpenStackSession {
  /** Asks once. A token that ended is replaced once; `sign-in-expired` when Keystone gives no other one. */
  ask(request: ImageRequest): Promise<RestAnswer>
  /** Asks again where that may help. */
  askPatiently(request: ImageRequest): Promise<RestAnswer>
  /** Regions that have an image service. */
  regions(): Promise<readonly string[]>
  readonly roles: readonly string[]
  readonly project: string
  /** Forgets the token: the next request signs in anew. */
  signOut(): void
  close(): Promise<void>
}

export async function openOpenStack(ctx: CloudContext, values: FieldValues): Promise<OpenStackSession> {
  let cloud = await findCloud(ctx, values)
  const networks = new Map<string, RestNetwork>()
  const networkOf = ({ ca }: CloudSignIn): RestNetwork => {
    const known = networks.get(ca)
    if (known) return known
    const made = createRestNetwork({ service: 'OpenStack', env: ctx.host.env, signal: ctx.signal, ca })
    networks.set(ca, made)
    return made
  }
  let token: Token | null = null
  let hasBeenIn = false

  const signIn = async (): Promise<Token> => {
    cloud = await findCloud(ctx, values)
    const url = new URL(`${cloud.authUrl}/auth/tokens`)
    const about = { service: 'Keystone', what: 'sign in', field: 'cloud' }
    const answer = await retry(
      async () => {
        const given = await networkOf(cloud).send({
          method: 'POST',
          url,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(cloud.body),
        })
        if (given.status !== 201) throw openstackFailure(given, about)
        return given
      },
      { policy: CONTROL_POLICY, signal: ctx.signal },
    ).catch((thrown: unknown) => {
      throw hasBeenIn ? thrown : asDenied(toAppError(thrown))
    })
    const { token: facts } = JSON.parse(answer.body.toString('utf8')) as {
      token: { catalog?: CatalogEntry[]; roles?: { name: string }[]; project?: { name: string } }
    }
    hasBeenIn = true
    const value = answer.headers['x-subject-token'] ?? ''
    return { value, catalog: facts.catalog ?? [], roles: (facts.roles ?? []).map(({ name }) => name), project: facts.project?.name ?? '' }
  }

  const ask = async (request: ImageRequest, isAgain = false): Promise<RestAnswer> => {
    const { path, what, field, okStatuses, ...rest } = request
    const used = (token ??= await signIn())
    const url = new URL(path, `${imageUrl(used.catalog, cloud)}/v2/`)
    requireTls(url, cloud)
    const answer = await networkOf(cloud).send({ ...rest, url, headers: { ...rest.headers, 'x-auth-token': used.value } })
    if (okStatuses?.includes(answer.status) ?? (answer.status >= 200 && answer.status < 300)) return answer
    if (answer.status === 401) {
      if (token === used) token = null
      // What was streamed cannot be sent again from here; whoever sends it comes back with another one.
      const isStream = rest.body !== undefined && typeof rest.body !== 'string' && !(rest.body instanceof Uint8Array)
      if (!isAgain && !isStream) return ask(request, true)
    }
    throw openstackFailure(answer, { service: 'Glance', what, ...(field === undefined ? {} : { field }) })
  }

  return {
    ask: (request) => ask(request),
    askPatiently: (request) => retry(() => ask(request), { policy: CONTROL_POLICY, signal: request.signal ?? ctx.signal }),
    async regions() {
      token ??= await signIn()
      const entries = token.catalog.filter(({ type }) => type === 'image').flatMap(({ endpoints }) => endpoints)
      return [...new Set(entries.map((one) => one.region_id ?? one.region ?? ''))].filter((name) => name !== '')
    },
    get roles() {
      return token?.roles ?? []
    },
    get project() {
      return token?.project ?? ''
    },
    signOut: () => void (token = null),
    async close() {
      await Promise.all([...networks.values()].map((network) => network.close()))
    },
  }
}

/** A token that was given over TLS is not shown to everybody on the way because a catalogue says so. Throws `cloud-untrusted`. */
export function requireTls(url: URL, { authUrl }: Pick<CloudSignIn, 'authUrl'>): void {
  if (url.protocol === 'https:' || authUrl.startsWith('http:') || isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) return
  const next = 'Choose another interface or region, or have the catalogue of Keystone name an address with https.'
  throw new AppError('cloud-untrusted', {
    details: { service: url.host, reason: 'The image service is without TLS, and Keystone is not', next },
  })
}

/** Who was never in has wrong credentials, and none that ended. */
function asDenied(error: AppError): AppError {
  if (error.code !== 'sign-in-expired') return error
  const reason = 'It does not know the user, the project or the credential, or the secret is wrong'
  return new AppError('cloud-denied', { details: { ...error.data.details, reason, next: 'Check them, or choose another cloud.' } })
}

/** Address of the image service without its version. */
export function imageUrl(
  catalog: readonly CatalogEntry[],
  { region, interface: wanted }: Pick<CloudSignIn, 'region' | 'interface'>,
): string {
  const endpoints = catalog.filter(({ type }) => type === 'image').flatMap((entry) => entry.endpoints)
  const here = endpoints.filter((one) => region === '' || (one.region_id ?? one.region) === region)
  const found = here.find((one) => one.interface === wanted)
  if (found !== undefined) return found.url.replace(/\/+$/, '').replace(/\/v\d+(\.\d+)?$/, '')
  const reason =
    endpoints.length === 0
      ? 'Its catalogue names no image service'
      : `Its catalogue names no ${wanted} image service in the region ${region || 'that is meant'}`
  throw new AppError('cloud-not-found', { details: { service: 'OpenStack', what: 'The image service', reason, field: 'region' } })
}
