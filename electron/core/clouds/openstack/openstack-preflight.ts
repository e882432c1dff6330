import type { CloudAccount } from '#shared/clouds/cloud-calls'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import { openstackFormat } from '#shared/clouds/forms/openstack-fields'
import { textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { CloudContext } from '../cloud-provider.js'
import { type KnownCloud, readClouds } from './clouds-yaml.js'
import { openOpenStack, type OpenStackSession } from './openstack-session.js'

export async function openstackAccounts({ host }: CloudContext): Promise<readonly CloudAccount[]> {
  return (await readClouds(host.env)).map((cloud) => ({
    label: cloud.file === null ? 'The variables OS_… of the environment' : `${cloud.name} of ${cloud.file}`,
    note: [cloud.auth.auth_url, cloud.auth.project_name ?? cloud.auth.project_id, cloud.regions[0]].filter(Boolean).join(', '),
    values: { cloud: cloud.name, ...(cloud.regions[0] === undefined ? {} : { region: cloud.regions[0] }) },
    problem: problemOf(cloud),
  }))
}

function problemOf(cloud: KnownCloud): string | null {
  if (!cloud.auth.auth_url) return 'It has no auth_url'
  if (!/password|application|token/i.test(cloud.authType)) return `It signs in by ${cloud.authType}, which is not known here`
  return cloud.isUnverified && cloud.cacert === '' && cloud.auth.auth_url.startsWith('https:')
    ? 'It says verify: false. Certificates are checked all the same: give that of its authority'
    : null
}

export async function openstackChoices(ctx: CloudContext, field: string, values: FieldValues): Promise<readonly FieldChoice[]> {
  if (field === 'cloud')
    return (await readClouds(ctx.host.env)).map(({ name, auth }) => ({ value: name, label: name, help: auth.auth_url ?? '' }))
  if (field !== 'region') return []
  const session = await openOpenStack(ctx, values)
  try {
    return (await session.regions()).map((name) => ({ value: name, label: name }))
  } finally {
    await session.close()
  }
}

/** What Keystone and Glance say before anything is sent. */
export async function openstackPreflight(ctx: CloudContext, values: FieldValues, facts: SourceFacts): Promise<readonly CheckRow[]> {
  const rows: CheckRow[] = []
  let session: OpenStackSession | null = null
  try {
    session = await openOpenStack(ctx, values)
    rows.push(...(await imageRows(session, values)))
    rows.push(...(await methodRows(session, values)))
    rows.push(...(await usageRows(session, values, facts)))
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw thrown
    const { title, detail } = describeError(error.data)
    rows.push({
      code: 'credentials',
      title: 'Credentials',
      state: 'error',
      found: `${title}. ${detail}`,
      field: String(error.data.details.field ?? 'cloud'),
    })
  } finally {
    await session?.close()
  }
  return rows
}

async function imageRows(session: OpenStackSession, values: FieldValues): Promise<CheckRow[]> {
  const name = textOf(values, 'name')
  const answer = await session.askPatiently({
    method: 'GET',
    path: `images?limit=5&name=${encodeURIComponent(name)}`,
    what: 'list images',
    field: 'cloud',
  })
  const { images } = JSON.parse(answer.body.toString('utf8')) as { images: readonly { id: string }[] }
  const rows: CheckRow[] = [
    {
      code: 'credentials',
      title: 'Credentials',
      state: 'ok',
      found: session.project === '' ? 'Keystone takes them' : `Keystone takes them, for the project ${session.project}`,
    },
    images.length === 0
      ? { code: 'name', title: 'Name', state: 'ok', found: 'No image has the name yet', field: 'name' }
      : {
          code: 'name',
          title: 'Name',
          state: 'warning',
          found: `There is an image ${name} already. Names need not be unique: both would be there`,
          field: 'name',
        },
  ]
  if (textOf(values, 'visibility') === 'public' && !session.roles.includes('admin')) {
    const fix = { kind: 'set', field: 'visibility', value: 'community', label: 'Let everybody who knows its id see it' } as const
    rows.push({
      code: 'visibility',
      title: 'Who sees it',
      state: 'warning',
      found: 'Mostly only administrators may make an image public',
      field: 'visibility',
      fix,
    })
  }
  return rows
}

async function methodRows(session: OpenStackSession, values: FieldValues): Promise<CheckRow[]> {
  if (textOf(values, 'method') !== 'import') return []
  const answer = await session.askPatiently({
    method: 'GET',
    path: 'info/import',
    what: 'ask for its ways of import',
    okStatuses: [200, 404],
  })
  const offered = answer.status === 200 ? ((JSON.parse(answer.body.toString('utf8')) as Import)['import-methods']?.value ?? []) : []
  if (offered.includes('glance-direct'))
    return [{ code: 'method', title: 'Way', state: 'ok', found: 'It offers glance-direct', field: 'method' }]
  const fix = { kind: 'set', field: 'method', value: 'put', label: 'Straight into the image' } as const
  return [{ code: 'method', title: 'Way', state: 'error', found: 'This cloud does not offer glance-direct', field: 'method', fix }]
}

interface Import {
  readonly 'import-methods'?: { readonly value?: readonly string[] }
}

interface Usage {
  readonly usage?: { readonly image_size_total?: { readonly limit: number; readonly usage: number } }
}

/** Only clouds that keep their limits in Keystone tell of them. */
async function usageRows(session: OpenStackSession, values: FieldValues, facts: SourceFacts): Promise<CheckRow[]> {
  const answer = await session.askPatiently({ method: 'GET', path: 'info/usage', what: 'ask for its limits', okStatuses: [200, 403, 404] })
  const total = answer.status === 200 ? (JSON.parse(answer.body.toString('utf8')) as Usage).usage?.image_size_total : undefined
  if (total === undefined || total.limit < 0) return []
  const freeMib = total.limit - total.usage
  const needed = Math.ceil((openstackFormat(values) === 'raw' ? facts.virtualBytes : (facts.dataBytes ?? facts.fileBytes)) / 1024 ** 2)
  if (needed <= freeMib) return [{ code: 'quota', title: 'Quota', state: 'ok', found: `${freeMib} MiB are free` }]
  // A compressed image needs less than the data in it.
  const state = openstackFormat(values) === 'raw' ? 'error' : 'warning'
  return [{ code: 'quota', title: 'Quota', state, found: `${freeMib} MiB are free, and up to ${needed} MiB are needed` }]
}
