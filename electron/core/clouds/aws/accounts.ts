import { DescribeRegionsCommand } from '@aws-sdk/client-ec2'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import type { CloudAccount } from '#shared/clouds/cloud-calls'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { CloudContext } from '../cloud-provider.js'
import { once } from './ask-aws.js'
import { openAws } from './aws-session.js'
import { type AwsProfile, defaultProfile, readProfiles } from './profiles.js'

/** Variables and profiles that are on this machine. Nothing is asked anywhere. */
export async function awsAccounts({ host: { env } }: CloudContext): Promise<readonly CloudAccount[]> {
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION
  const fromEnv: CloudAccount[] =
    env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY
      ? [
          {
            label: 'Variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
            note: region ?? 'no region named',
            values: { profile: '', ...(region === undefined ? {} : { region }) },
            problem: null,
          },
        ]
      : []
  const profiles = (await readProfiles(env)).filter(({ settings }) => settings.size > 0)
  const first = defaultProfile(env)
  const sorted = [...profiles.filter(({ name }) => name === first), ...profiles.filter(({ name }) => name !== first)]
  return [...fromEnv, ...sorted.map((profile) => accountOf(profile, region))]
}

function accountOf({ name, settings }: AwsProfile, otherwise: string | undefined): CloudAccount {
  const region = settings.get('region') ?? otherwise
  const note = [region ?? 'no region named', kindOf(settings), settings.get('sso_account_id'), settings.get('role_arn')]
  const isUsable = kindOf(settings) !== 'no credentials'
  return {
    label: `Profile ${name}`,
    note: note.filter((word) => word !== undefined).join(' · '),
    values: { profile: name, ...(region === undefined ? {} : { region }) },
    problem: isUsable ? null : 'It names no credentials',
  }
}

function kindOf(settings: AwsProfile['settings']): string {
  if (settings.has('sso_session') || settings.has('sso_start_url')) return 'SSO'
  if (settings.has('role_arn')) return 'role'
  if (settings.has('aws_access_key_id')) return settings.has('aws_session_token') ? 'session' : 'access key'
  if (settings.has('credential_process')) return 'program'
  if (settings.has('web_identity_token_file')) return 'web identity'
  return settings.has('login_session') ? 'console sign-in' : 'no credentials'
}

/** Of the fields `profile`, `region` and `bucket`. */
export async function awsChoices(ctx: CloudContext, field: string, values: FieldValues): Promise<readonly FieldChoice[]> {
  if (field === 'profile') return (await readProfiles(ctx.host.env)).map(({ name }) => ({ value: name, label: name }))
  // Every region tells of the others; the first was the first, and is in every account.
  const session = await openAws(ctx, values, textOf(values, 'region') || ctx.host.env.AWS_REGION || 'us-east-1')
  try {
    if (field === 'region') {
      const list = new DescribeRegionsCommand({})
      const question = { service: 'Amazon EC2', what: 'list regions' }
      const { Regions = [] } = await once(session, ctx.signal, question, () => session.ec2().send(list))
      return Regions.flatMap(({ RegionName }) => (RegionName === undefined ? [] : [{ value: RegionName, label: RegionName }])).toSorted(
        (a, b) => a.value.localeCompare(b.value),
      )
    }
    if (field !== 'bucket') return []
    const question = { service: 'Amazon S3', what: 'list buckets' }
    const { Buckets = [] } = await once(session, ctx.signal, question, () => session.s3().send(new ListBucketsCommand({})))
    return Buckets.flatMap(({ Name }) => (Name === undefined ? [] : [{ value: Name, label: Name }]))
  } finally {
    session.destroy()
  }
}
