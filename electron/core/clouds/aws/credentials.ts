import { fromContainerMetadata, fromIni, fromInstanceMetadata } from '@aws-sdk/credential-providers'
import { awsFiles, defaultProfile, readProfiles } from './profiles.js'

type AwsCredentialIdentity = Awaited<ReturnType<ReturnType<typeof fromIni>>>

/** Milliseconds before their end that credentials are no longer used: a part that is on its way has to arrive in time. */
const SPARE_MS = 5 * 60_000
/** Those without an end are read again after it: somebody may have put others there. */
const STATIC_MS = 1000

/** Asked for every request. `memoized` tells the SDK not to keep what it answers. */
export interface AwsCredentials {
  (): Promise<AwsCredentialIdentity>
  memoized: true
  /** They were refused: the next request reads them anew. */
  forget(): void
}

export interface CredentialsRequest {
  readonly env: NodeJS.ProcessEnv
  /** Empty: the variables, or the profile that the tools would take. */
  readonly profile: string
  readonly region: string
  /** Of the SDK's clients that exchange a sign-in for credentials. */
  readonly clientConfig: Readonly<Record<string, unknown>>
}

/** Credentials as the AWS tools find them on this machine: variables, profiles with their roles, processes and SSO sign-ins, the machine's own role. */
export function awsCredentials(request: CredentialsRequest): AwsCredentials {
  let kept: Promise<AwsCredentialIdentity> | null = null
  let usableUntil = 0
  const load = async (): Promise<AwsCredentialIdentity> => {
    const found = await find(request)
    const end = found.expiration?.getTime()
    usableUntil = end === undefined ? Date.now() + STATIC_MS : Math.max(Date.now() + STATIC_MS, end - SPARE_MS)
    return found
  }
  const provide = (): Promise<AwsCredentialIdentity> => {
    if (kept === null || Date.now() >= usableUntil) {
      usableUntil = Number.POSITIVE_INFINITY
      kept = load()
      kept.catch(() => (kept = null))
    }
    return kept
  }
  return Object.assign(provide, { memoized: true as const, forget: () => void (kept = null) })
}

async function find({ env, profile, region, clientConfig }: CredentialsRequest): Promise<AwsCredentialIdentity> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = env
  if (profile === '' && env.AWS_PROFILE === undefined && accessKeyId && secretAccessKey) {
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
  }
  const name = profile === '' ? defaultProfile(env) : profile
  const isThere = (await readProfiles(env)).some((one) => one.name === name)
  if (!isThere && profile === '') return fromMachine(env)
  const { config, credentials } = awsFiles(env)
  return fromIni({
    profile: name,
    filepath: credentials,
    configFilepath: config,
    ignoreCache: true,
    clientConfig: { region, ...clientConfig },
  })()
}

/** The role of the machine or container that this runs on. */
function fromMachine(env: NodeJS.ProcessEnv): Promise<AwsCredentialIdentity> {
  const isContainer = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI !== undefined || env.AWS_CONTAINER_CREDENTIALS_FULL_URI !== undefined
  if (isContainer) return fromContainerMetadata()()
  if (env.AWS_EC2_METADATA_DISABLED === 'true') throw new Error('There are no credentials for AWS on this machine')
  return fromInstanceMetadata({ maxRetries: 0, timeout: 1000 })()
}
