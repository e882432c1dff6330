import type { CloudAccount } from '#shared/clouds/cloud-calls'
import { endpointOf, readProfiles } from '../aws/profiles.js'
import type { CloudContext } from '../cloud-provider.js'

/** Keys in the environment, and every profile of the AWS tools. */
export async function accountsOfS3({ host }: CloudContext): Promise<readonly CloudAccount[]> {
  const { env } = host
  const accounts: CloudAccount[] = []
  if (env.AWS_ACCESS_KEY_ID !== undefined && env.AWS_SECRET_ACCESS_KEY !== undefined) {
    const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? ''
    const endpoint = endpointOf('s3', env, null)
    accounts.push({
      label: 'AWS_ACCESS_KEY_ID of the environment',
      note: [endpoint ?? 'Amazon', region].filter(Boolean).join(', '),
      values: endpoint === null ? {} : { endpoint },
      problem: null,
    })
  }
  for (const profile of await readProfiles(env)) {
    const { name, settings } = profile
    const endpoint = endpointOf('s3', env, profile)
    const how =
      settings.has('sso_session') || settings.has('sso_start_url')
        ? 'SSO'
        : settings.has('role_arn')
          ? 'a role'
          : settings.has('credential_process')
            ? 'a program'
            : 'keys'
    const region = settings.get('region')
    accounts.push({
      label: `Profile ${name}`,
      note: [endpoint ?? 'Amazon', region, how].filter(Boolean).join(', '),
      values: { profile: name, ...(region === undefined ? {} : { region }), ...(endpoint === null ? {} : { endpoint }) },
      problem: null,
    })
  }
  return accounts
}
