import { EBSClient } from '@aws-sdk/client-ebs'
import { EC2Client } from '@aws-sdk/client-ec2'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { CloudContext } from '../cloud-provider.js'
import { type NodeAgents, nodeAgents } from '../transfer/node-agents.js'
import { type AwsCredentials, awsCredentials } from './credentials.js'
import { type AwsProfile, endpointOf, findProfile } from './profiles.js'

const CONNECT_MS = 20_000
/** A block or part is on its way with many others, also over a slow line. */
const REQUEST_MS = 180_000

/** Clients of one account, made when they are first asked for. */
export interface AwsSession {
  readonly profile: string
  readonly region: string
  readonly credentials: AwsCredentials
  readonly ebs: () => EBSClient
  readonly ec2: (region?: string) => EC2Client
  readonly s3: () => S3Client
  readonly sts: () => STSClient
  /** Seconds that the service's clock is ahead of this machine's, by its last answer. */
  clockAhead(): number | null
  destroy(): void
}

export async function openAws({ host }: Pick<CloudContext, 'host'>, values: FieldValues, regionWanted?: string): Promise<AwsSession> {
  const { env } = host
  const name = textOf(values, 'profile')
  const profile = await findProfile(env, name)
  const region = regionWanted ?? textOf(values, 'region')
  const ca = textOf(values, 'ca') || env.AWS_CA_BUNDLE || profile?.settings.get('ca_bundle') || undefined
  const opened: { destroy(): void }[] = []
  const clocks: number[] = []
  const handlerOf = (url: URL): NodeHttpHandler => {
    const agents: NodeAgents = nodeAgents({ url, env, ca })
    opened.push(agents)
    return new NodeHttpHandler({
      httpAgent: agents.httpAgent,
      httpsAgent: agents.httpsAgent,
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
    })
  }
  const credentials = awsCredentials({
    env,
    profile: name,
    region,
    clientConfig: { requestHandler: handlerOf(new URL(`https://sts.${region}.amazonaws.com`)) },
  })
  const settings = (service: string, where: string) => {
    const endpoint = endpointOf(service, env, profile)
    return {
      region: where,
      credentials,
      ...(endpoint === null ? {} : { endpoint }),
      requestHandler: handlerOf(new URL(endpoint ?? `https://${service}.${where}.amazonaws.com`)),
      // Tries are counted, waited for and told by us.
      maxAttempts: 1,
    }
  }
  const keep = <T extends SomeClient>(client: T): T => {
    client.middlewareStack.add(lookAtClock(clocks), { step: 'deserialize', name: 'lookAtClock' })
    opened.push(client)
    return client
  }
  const ec2s = new Map<string, EC2Client>()
  let ebs: EBSClient | undefined
  let s3: S3Client | undefined
  let sts: STSClient | undefined
  return {
    profile: name,
    region,
    credentials,
    ebs: () => (ebs ??= keep(new EBSClient(settings('ebs', region)))),
    ec2: (where = region) => {
      const known = ec2s.get(where) ?? keep(new EC2Client(settings('ec2', where)))
      ec2s.set(where, known)
      return known
    },
    s3: () => (s3 ??= keep(new S3Client({ ...settings('s3', region), ...pathStyle(env, profile) }))),
    sts: () => (sts ??= keep(new STSClient(settings('sts', region)))),
    clockAhead: () => clocks.at(-1) ?? null,
    destroy: () => {
      for (const one of opened) one.destroy()
    },
  }
}

/** An endpoint of one's own has no names for its buckets. */
function pathStyle(env: NodeJS.ProcessEnv, profile: AwsProfile | null): { forcePathStyle?: true } {
  return endpointOf('s3', env, profile) === null ? {} : { forcePathStyle: true }
}

interface SomeClient {
  destroy(): void
  readonly middlewareStack: { add(middleware: never, options: { step: 'deserialize'; name: string }): void }
}

/** Reads the `Date` of each answer, also of those that say no. */
function lookAtClock(clocks: number[]): never {
  const middleware = (next: (args: unknown) => Promise<{ response?: unknown }>) => async (args: unknown) => {
    const answer = await next(args).catch((thrown: unknown) => {
      note(clocks, (thrown as { $response?: unknown }).$response)
      throw thrown
    })
    note(clocks, answer.response)
    return answer
  }
  return middleware as never
}

function note(clocks: number[], response: unknown): void {
  const { headers } = (response ?? {}) as { headers?: Readonly<Record<string, string>> }
  const at = Date.parse(headers?.date ?? '')
  if (!Number.isNaN(at)) clocks.splice(0, clocks.length, Math.round((at - Date.now()) / 1000))
}
