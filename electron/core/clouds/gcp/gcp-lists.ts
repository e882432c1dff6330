import type { CloudAccount } from '#shared/clouds/cloud-calls'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { toAppError } from '#shared/errors/app-error'
import fs from 'node:fs/promises'
import type { CloudContext } from '../cloud-provider.js'
import { pathOf } from '../transfer/service-call.js'
import { createGcpClient, QUICK_POLICY } from './gcp-client.js'
import { credentialFiles, credentialsFacts, gcloudProject } from './gcp-credentials.js'

const KINDS: Readonly<Record<string, string>> = {
  service_account: 'Service account',
  authorized_user: 'Sign-in of gcloud',
  external_account: 'Workload identity',
  impersonated_service_account: 'Impersonated service account',
}

/** Files of Application Default Credentials that are there. */
export async function gcpAccounts(ctx: CloudContext): Promise<CloudAccount[]> {
  const { env } = ctx.host
  const accounts: CloudAccount[] = []
  for (const keyFile of credentialFiles(env)) {
    if (!(await isThere(keyFile))) continue
    try {
      const { type, who, project } = await credentialsFacts(env, { keyFile })
      const kind = KINDS[type] ?? type
      accounts.push({
        label: who === '' ? kind : `${kind} ${who}`,
        note: `${shown(keyFile, env)}${project === '' ? '' : `, project ${project}`}`,
        values: { keyFile, ...(project === '' ? {} : { project }) },
        problem: null,
      })
    } catch (thrown) {
      const { reason } = toAppError(thrown).data.details
      accounts.push({ label: shown(keyFile, env), note: '', values: { keyFile }, problem: String(reason ?? 'It cannot be used') })
    }
  }
  return accounts
}

function shown(file: string, env: NodeJS.ProcessEnv): string {
  return env.HOME !== undefined && file.startsWith(`${env.HOME}/`) ? `~${file.slice(env.HOME.length)}` : file
}

async function isThere(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  )
}

export async function gcpChoices(ctx: CloudContext, field: string, values: FieldValues): Promise<FieldChoice[]> {
  const client = createGcpClient(ctx, values, { policy: QUICK_POLICY })
  try {
    if (field === 'bucket') {
      const project = textOf(values, 'project')
      if (project === '') return []
      const about = { service: 'storage' as const, what: `list buckets of the project ${project}`, subject: `The project ${project}` }
      const buckets = await client.list<{ name: string; location?: string }>({
        ...about,
        path: pathOf('storage', 'v1', 'b'),
        query: { project },
      })
      return buckets.map(({ name, location }) => ({ value: name, label: name, ...(location === undefined ? {} : { help: location }) }))
    }
    if (field === 'project') {
      const about = { service: 'cloudresourcemanager' as const, what: 'list projects', subject: 'The list of projects' }
      const projects = await client.list<{ projectId: string; name?: string; lifecycleState?: string }>({
        ...about,
        path: pathOf('v1', 'projects'),
      })
      const own = await gcloudProject(ctx.host.env)
      const all = projects.filter(({ lifecycleState = 'ACTIVE' }) => lifecycleState === 'ACTIVE')
      return all.map(({ projectId, name }) => ({
        value: projectId,
        label: projectId,
        ...(projectId === own ? { help: 'That of gcloud' } : name === undefined ? {} : { help: name }),
      }))
    }
    return []
  } finally {
    await client.close()
  }
}
