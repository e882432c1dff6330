import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { AwsCredentialIdentity } from '@smithy/types'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { AppError } from '#shared/errors/app-error'
import { awsCredentials } from '../aws/credentials.js'
import { endpointOf, findProfile } from '../aws/profiles.js'
import type { CloudContext } from '../cloud-provider.js'
import { nodeAgents } from '../transfer/node-agents.js'
import { retry, type RetryPolicy } from '../transfer/retry.js'
import { s3Failure } from './s3-failure.js'

const CONNECT_MS = 20_000
/** Nothing is sent or received for so long. Amazon sends blanks while it joins parts, so that this does not end it. */
const STALL_MS = 120_000
const CONTROL_POLICY: RetryPolicy = { attempts: 4, firstDelayMs: 500, maxDelayMs: 5000 }

/** Where an S3 service is and how it is asked; all of it as the AWS tools would find it out. */
export interface S3Place {
  /** Null for Amazon itself. */
  readonly endpoint: string | null
  readonly region: string
  readonly pathStyle: boolean
  readonly profile: string
}

export interface S3Access {
  readonly place: S3Place
  /** For people. */
  readonly service: string
  credentials(): Promise<AwsCredentialIdentity>
  /** They were refused: the next request reads them anew. */
  forgetCredentials(): void
  /** Asks once; every failure is an `AppError`. */
  ask<T>(about: S3Question, work: S3Work<T>): Promise<T>
  /** Asks again where that may help. */
  askPatiently<T>(about: S3Question, work: S3Work<T>): Promise<T>
  close(): void
}

export type S3Work<T> = (client: S3Client, options: { readonly abortSignal?: AbortSignal }) => Promise<T>

export interface S3Question {
  /** What is done, after `This account may not`, or what it is about. */
  readonly what: string
  readonly field?: string
  readonly signal?: AbortSignal
}

export async function findPlace({ host }: CloudContext, values: FieldValues): Promise<S3Place> {
  const { env } = host
  const name = textOf(values, 'profile')
  const profile = await findProfile(env, name)
  const typed = textOf(values, 'endpoint')
  const endpoint = typed === '' ? endpointOf('s3', env, profile) : typed
  const region = [textOf(values, 'region'), env.AWS_REGION, env.AWS_DEFAULT_REGION, profile?.settings.get('region')].find(Boolean)
  const pathStyle = typeof values.pathStyle === 'boolean' && typed !== '' ? values.pathStyle : endpoint !== null
  return { endpoint, region: region ?? 'us-east-1', pathStyle, profile: name }
}

export async function openS3(ctx: CloudContext, values: FieldValues): Promise<S3Access> {
  const place = await findPlace(ctx, values)
  const ca = textOf(values, 'ca')
  const url = new URL(place.endpoint ?? `https://s3.${place.region}.amazonaws.com`)
  const agents = nodeAgents({ url, env: ctx.host.env, ca: ca === '' ? undefined : ca })
  const requestHandler = new NodeHttpHandler({
    httpAgent: agents.httpAgent,
    httpsAgent: agents.httpsAgent,
    connectionTimeout: CONNECT_MS,
    socketTimeout: STALL_MS,
  })
  const credentials = credentialsOf(ctx, values, place, { requestHandler })
  const config: S3ClientConfig = {
    region: place.region,
    credentials,
    requestHandler,
    forcePathStyle: place.pathStyle,
    followRegionRedirects: place.endpoint === null,
    // A retry of the SDK would read no credentials anew and wait for nothing that is paused: retries are ours.
    maxAttempts: 1,
    expectContinueHeader: false,
    // Stores of others refuse checksums that they do not know; each part is sent with its MD5 instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(place.endpoint === null ? {} : { endpoint: place.endpoint }),
  }
  const client = new S3Client(config)
  const service = place.endpoint === null ? 'Amazon S3' : `S3 at ${url.host}`
  const ask: S3Access['ask'] = async ({ what, field, signal = ctx.signal }, work) => {
    try {
      return await work(client, signal === undefined ? {} : { abortSignal: signal })
    } catch (thrown) {
      throw s3Failure(thrown, { service, what, field, profile: place.profile, signal })
    }
  }
  return {
    place,
    service,
    credentials,
    forgetCredentials: () => credentials.forget(),
    ask,
    askPatiently: (about, work) => retry(() => ask(about, work), { policy: CONTROL_POLICY, signal: about.signal ?? ctx.signal }),
    close: () => {
      client.destroy()
      agents.destroy()
    },
  }
}

function credentialsOf(
  ctx: CloudContext,
  values: FieldValues,
  { profile, region }: S3Place,
  clientConfig: Readonly<Record<string, unknown>>,
): ReturnType<typeof awsCredentials> {
  const accessKeyId = textOf(values, 'accessKey')
  if (accessKeyId === '') return awsCredentials({ env: ctx.host.env, profile, region, clientConfig })
  const read = async (): Promise<AwsCredentialIdentity> => {
    const token = textOf(values, 'sessionToken')
    return {
      accessKeyId,
      secretAccessKey: await ctx.secret(textOf(values, 'secretKey')),
      ...(token === '' ? {} : { sessionToken: await ctx.secret(token) }),
    }
  }
  return Object.assign(read, { memoized: true as const, forget: () => {} })
}

/** Whether an answer of the service says that there is no such thing. */
export function isMissing({ code }: AppError): boolean {
  return code === 'cloud-not-found'
}
