import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { CloudAccount } from '#shared/clouds/cloud-calls'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { CloudContext } from '../cloud-provider.js'
import { type AzureSession, type Json, openAzure } from './arm-session.js'
import { computePath, groupPath, VERSIONS } from './resources.js'

interface CliSubscription {
  readonly id?: string
  readonly name?: string
  readonly tenantId?: string
  readonly state?: string
  readonly isDefault?: boolean
  readonly environmentName?: string
  readonly user?: { readonly name?: string }
}

const CLOUD_NAMES: Readonly<Record<string, string>> = { AzureCloud: 'public', AzureUSGovernment: 'government', AzureChinaCloud: 'china' }

/** Variables, and the subscriptions that the Azure CLI keeps in `azureProfile.json`. Nothing is asked anywhere. */
export async function azureAccounts({ host: { env } }: CloudContext): Promise<readonly CloudAccount[]> {
  const { AZURE_CLIENT_ID: client, AZURE_TENANT_ID: tenant, AZURE_SUBSCRIPTION_ID: subscription } = env
  const hasSecret = Boolean(env.AZURE_CLIENT_SECRET ?? env.AZURE_CLIENT_CERTIFICATE_PATH)
  const fromEnv: CloudAccount[] =
    client && tenant
      ? [
          {
            label: 'Variables AZURE_CLIENT_ID and AZURE_TENANT_ID',
            note: `application ${client}`,
            values: { signIn: 'env', tenant, ...(subscription ? { subscription } : {}) },
            problem: hasSecret ? null : 'Neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set',
          },
        ]
      : []
  return [...fromEnv, ...(await readCliProfile(env)).flatMap(accountOf)]
}

async function readCliProfile(env: NodeJS.ProcessEnv): Promise<readonly CliSubscription[]> {
  const folder = env.AZURE_CONFIG_DIR ?? path.join(env.HOME ?? os.homedir(), '.azure')
  try {
    const text = await fs.readFile(path.join(folder, 'azureProfile.json'), 'utf8')
    const { subscriptions = [] } = JSON.parse(text.replace(/^\uFEFF/u, '')) as { subscriptions?: readonly CliSubscription[] }
    return [...subscriptions].toSorted((a, b) => Number(b.isDefault === true) - Number(a.isDefault === true))
  } catch {
    return []
  }
}

function accountOf({ id, name, tenantId, state, environmentName = 'AzureCloud', user }: CliSubscription): CloudAccount[] {
  if (id === undefined || tenantId === undefined) return []
  const cloud = CLOUD_NAMES[environmentName] ?? 'own'
  const problem = state !== undefined && state !== 'Enabled' ? `It is ${state}` : null
  return [
    {
      label: `${name ?? id} (Azure CLI)`,
      note: [user?.name, `tenant ${tenantId}`].filter((word) => word !== undefined).join(' · '),
      values: { signIn: 'cli', tenant: tenantId, subscription: id, cloud },
      problem,
    },
  ]
}

/** Lists of the resource manager, all of whose pages are read. */
async function list(session: AzureSession, at: string, version: string): Promise<readonly Json[]> {
  const found: Json[] = []
  let page = await session.ask({ method: 'GET', path: at, version }, { what: 'list what is there' })
  for (;;) {
    const { value = [], nextLink } = page as { value?: readonly Json[]; nextLink?: string }
    found.push(...value)
    if (nextLink === undefined || nextLink === '') return found
    const url = new URL(nextLink)
    const query = Object.fromEntries([...url.searchParams].filter(([name]) => name !== 'api-version'))
    const base = new URL(session.cloud.manager).pathname.replace(/\/$/, '')
    page = await session.ask({ method: 'GET', path: url.pathname.slice(base.length), version, query }, { what: 'list what is there' })
  }
}

export async function azureChoices(ctx: CloudContext, field: string, values: FieldValues): Promise<readonly FieldChoice[]> {
  const where = placeOf(field, values)
  if (where === null) return []
  const session = openAzure(ctx, values)
  try {
    const found = await list(session, where.path, where.version)
    return found.flatMap((one) => choiceOf(field, one)).toSorted((a, b) => a.label.localeCompare(b.label))
  } finally {
    await session.close()
  }
}

function placeOf(field: string, values: FieldValues): { readonly path: string; readonly version: string } | null {
  const subscription = `/subscriptions/${textOf(values, 'subscription')}`
  switch (field) {
    case 'subscription':
      return { path: '/subscriptions', version: VERSIONS.subscriptions }
    case 'resourceGroup':
      return { path: `${subscription}/resourcegroups`, version: VERSIONS.groups }
    case 'location':
      return { path: `${subscription}/locations`, version: VERSIONS.subscriptions }
    case 'account':
      return { path: `${groupPath(values)}/providers/Microsoft.Storage/storageAccounts`, version: VERSIONS.storageAccounts }
    case 'gallery':
      return { path: computePath(values, 'galleries'), version: VERSIONS.galleries }
    case 'definition':
      return { path: computePath(values, 'galleries', textOf(values, 'gallery'), 'images'), version: VERSIONS.galleries }
    default:
      return null
  }
}

function choiceOf(field: string, one: Json): FieldChoice[] {
  const { name, displayName, subscriptionId } = one as { name?: string; displayName?: string; subscriptionId?: string }
  const value = field === 'subscription' ? subscriptionId : name
  return value === undefined ? [] : [{ value, label: displayName ?? value }]
}
