import { setTimeout as sleep } from 'node:timers/promises'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { CloudContext, UploadRun } from '../cloud-provider.js'
import { PART_POLICY, retry, type RetryPolicy } from '../transfer/retry.js'
import { createRestNetwork, type RestAnswer, type RestNetwork, type RestRequest } from '../transfer/rest-network.js'
import { SignInGate } from '../transfer/sign-in-gate.js'
import { type AzureCloud, azureCloud } from './azure-clouds.js'
import { azureFailure, type AzureQuestion, operationFailure } from './azure-failure.js'
import { type AzureTokens, azureTokens } from './credentials.js'

export type Json = Readonly<Record<string, unknown>>

export interface ArmRequest {
  readonly method: RestRequest['method']
  /** From the address of the resource manager on: `/subscriptions/…`. */
  readonly path: string
  readonly version: string
  readonly body?: Json
  readonly query?: Readonly<Record<string, string>>
}

export interface Words {
  readonly what: string
  readonly field?: string
}

/** What signs in at Azure, and asks it. */
export interface AzureSession {
  readonly cloud: AzureCloud
  readonly tenant: string
  readonly network: RestNetwork
  readonly tokens: AzureTokens
  /** Seconds that Azure's clock is ahead of this machine's, by its last answer. */
  clockAhead(): number | null
  /** One request; what it answers, whatever its status. Throws what the network and the sign-in throw. */
  once(request: ArmRequest): Promise<RestAnswer>
  /** The body of a good answer. Asks again where that may help, and after a new sign-in. */
  ask(request: ArmRequest, words: Words): Promise<Json>
  /** As `ask`, of an operation that goes on there for a while: waits for its end. */
  finish(request: ArmRequest, words: Words, onShare?: (share: number) => void): Promise<Json>
  /** Does anything else again after a new sign-in. */
  readonly through: <T>(work: () => Promise<T>) => Promise<T>
  readonly signal: AbortSignal | undefined
  question(words: Words): AzureQuestion
  close(): Promise<void>
}

const POLL_MS = { first: 200, most: 15_000 } as const
const MOST_POLLS = 5000
/** Somebody waits for what is asked before an upload, or after it. */
const IMPATIENT: RetryPolicy = { attempts: 2, firstDelayMs: 300, maxDelayMs: 1000 }

/** @param run of an upload; without it nobody is asked to sign in again */
export function openAzure(ctx: CloudContext, values: FieldValues, run?: UploadRun): AzureSession {
  const { host, signal } = ctx
  const cloud = azureCloud(values)
  const tenant = textOf(values, 'tenant')
  const ca = textOf(values, 'ca')
  const network = createRestNetwork({ service: 'Azure', env: host.env, signal, ...(ca === '' ? {} : { ca }) })
  const reach = (): Promise<unknown> =>
    network.send({ method: 'GET', url: new URL(`${cloud.authority}/${tenant}/v2.0/.well-known/openid-configuration`) })
  const tokens = azureTokens({ env: host.env, values, signal, reach })
  const policy = run === undefined ? IMPATIENT : PART_POLICY
  let ahead: number | null = null
  const gate = new SignInGate(async (error) => {
    if (run === undefined) throw AppError.fromData(error)
    run.phase('needs sign-in')
    await run.signInNeeded(error)
    tokens.forget()
    run.phase('uploading')
  })
  const question = (words: Words): AzureQuestion => ({ service: 'Azure', tenant, ...words })

  const send = async (method: RestRequest['method'], url: URL, body?: Json): Promise<RestAnswer> => {
    const attempt = async (): Promise<RestAnswer> => {
      const authorization = `Bearer ${await tokens.token(cloud.audience)}`
      const headers = { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
      const answer = await network.send({ method, url, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
      const at = Date.parse(answer.headers.date ?? '')
      if (!Number.isNaN(at)) ahead = Math.round((at - Date.now()) / 1000)
      return answer
    }
    const answer = await attempt()
    if (answer.status !== 401) return answer
    // A token may have been taken back before its end: a new one tells.
    tokens.forget()
    return attempt()
  }
  const urlOf = ({ path, version, query = {} }: ArmRequest): URL => {
    const url = new URL(cloud.manager + path)
    for (const [name, value] of Object.entries({ ...query, 'api-version': version })) url.searchParams.set(name, value)
    return url
  }
  const asked = (request: ArmRequest, words: Words): Promise<RestAnswer> =>
    gate.through(() =>
      retry(
        async () => {
          const answer = await send(request.method, urlOf(request), request.body)
          if (answer.status < 300) return answer
          throw azureFailure(answer, question(words))
        },
        { signal, policy, onRetry: (error) => run?.log(`Azure: ${error.code}, ${words.what}`) },
      ),
    )
  const look = (url: URL, words: Words): Promise<RestAnswer> =>
    gate.through(() =>
      retry(
        async () => {
          const answer = await send('GET', url)
          if (answer.status < 300) return answer
          throw azureFailure(answer, question(words))
        },
        { signal, policy },
      ),
    )

  const session: AzureSession = {
    cloud,
    tenant,
    network,
    tokens,
    signal,
    question,
    clockAhead: () => ahead,
    through: (work) => gate.through(work),
    once: (request) => send(request.method, urlOf(request), request.body),
    ask: async (request, words) => jsonOf(await asked(request, words)),
    async finish(request, words, onShare) {
      const begun = await asked(request, words)
      const where = begun.headers['azure-asyncoperation'] ?? begun.headers.location
      if (where === undefined || (begun.status !== 201 && begun.status !== 202)) return jsonOf(begun)
      const isOperation = begun.headers['azure-asyncoperation'] !== undefined
      // "Track asynchronous Azure operations": what was made is where it was put, and what an action gave where `Location` says.
      const afterwards = async (): Promise<Json> => {
        const { location } = begun.headers
        if (request.method === 'PUT') return jsonOf(await look(urlOf({ ...request, method: 'GET' }), words))
        return request.method === 'POST' && location !== undefined ? jsonOf(await look(sameOrigin(location, cloud.manager), words)) : {}
      }
      let waitMs: number = POLL_MS.first
      for (let polls = 0; polls < MOST_POLLS; polls++) {
        await run?.pausePoint()
        const answer = await look(sameOrigin(where, cloud.manager), words)
        const state = jsonOf(answer)
        if (isOperation) {
          const { status } = state
          if (typeof state.percentComplete === 'number') onShare?.(Math.min(1, state.percentComplete / 100))
          if (status === 'Succeeded') return resultOf(state) ?? afterwards()
          if (status === 'Failed' || status === 'Canceled') throw operationFailure(state.error as { code?: string }, question(words))
        } else if (answer.status !== 202) return state
        await wait(secondsOf(answer.headers['retry-after'], waitMs), signal)
        waitMs = Math.min(POLL_MS.most, waitMs * 1.5)
      }
      throw new AppError('upload-incomplete', { details: { service: 'Azure', reason: `${words.what} did not come to its end` } })
    },
    close: () => network.close(),
  }
  return session
}

/** What an operation answers beside its state (`beginGetAccess`). */
function resultOf(state: Json): Json | null {
  const { properties } = state as { properties?: { output?: Json } }
  return properties?.output ?? null
}

/** Tokens go to nobody but the resource manager. */
function sameOrigin(where: string, manager: string): URL {
  const url = new URL(where, manager)
  if (url.origin === new URL(manager).origin) return url
  throw new AppError('cloud-failed', { details: { service: 'Azure', reason: `It named ${url.origin} as the place to ask at` } })
}

function secondsOf(header: string | undefined, otherwiseMs: number): number {
  return header !== undefined && /^\d+$/.test(header) ? Math.min(60_000, Number(header) * 1000) : otherwiseMs
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => {
    throw new AppError('cancelled')
  })
}

export function jsonOf({ body, status }: RestAnswer): Json {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8')) as Json
  } catch {
    throw new AppError('cloud-failed', { details: { service: 'Azure', status, reason: 'It answered with what is no JSON' } })
  }
}

/** Whether something is there. Throws what is neither yes nor no. */
export async function exists(session: AzureSession, request: Omit<ArmRequest, 'method'>, words: Words): Promise<Json | null> {
  try {
    return await session.ask({ ...request, method: 'GET' }, words)
  } catch (thrown) {
    if (toAppError(thrown).code === 'cloud-not-found') return null
    throw thrown
  }
}
