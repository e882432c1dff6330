import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { CloudContext } from '../cloud-provider.js'
import type { AwsSession } from './aws-session.js'
import { endpointOf, findProfile } from './profiles.js'
import { signedPost } from './signed-post.js'

/** `unknown`: this account may not look. */
export type RoleState = 'there' | 'missing' | 'unknown'

/** Looks whether a role exists (IAM API reference, GetRole). Throws what the network throws. */
export async function findRole(ctx: CloudContext, values: FieldValues, session: AwsSession, role: string): Promise<RoleState> {
  const { env } = ctx.host
  const url = new URL(endpointOf('iam', env, await findProfile(env, textOf(values, 'profile'))) ?? iamOf(session.region))
  const answer = await signedPost(ctx, values, session, {
    title: 'AWS IAM',
    service: 'iam',
    region: signingRegion(session.region),
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams({ Action: 'GetRole', Version: '2010-05-08', RoleName: role }).toString(),
  })
  if (answer.status === 200) return 'there'
  return answer.body.toString('utf8').includes('<Code>NoSuchEntity</Code>') ? 'missing' : 'unknown'
}

/** IAM is one for all regions of a partition ("AWS Identity and Access Management endpoints and quotas"). */
function iamOf(region: string): string {
  if (region.startsWith('cn-')) return 'https://iam.cn-north-1.amazonaws.com.cn'
  return region.startsWith('us-gov-') ? 'https://iam.us-gov.amazonaws.com' : 'https://iam.amazonaws.com'
}

function signingRegion(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1'
  return region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1'
}
