import { azureTarget, azureWay } from '#shared/clouds/forms/azure-fields'
import type { FieldValues } from '#shared/clouds/field'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { type AppError, toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { CloudContext } from '../cloud-provider.js'
import { type AzureSession, exists, type Json, openAzure } from './arm-session.js'
import { signInCommand } from './azure-failure.js'
import { computePath, groupPath, VERSIONS } from './resources.js'
import { blobDoor, findContainer, headBlob } from './upload-place.js'

/** Tokens are refused when both clocks are further apart. */
const MOST_SKEW_SECONDS = 300
const WORTH_TELLING_SECONDS = 30

/** What has to be asked at Azure before anything is sent. */
export async function preflightAzure(ctx: CloudContext, values: FieldValues, _facts: SourceFacts): Promise<readonly CheckRow[]> {
  const session = openAzure(ctx, values)
  try {
    const credentials = await checkSubscription(session, values)
    const clock = checkClock(session.clockAhead())
    if (credentials.state === 'error') return [credentials, ...clock]
    const rest = await Promise.all([
      tried('group', 'Resource group', () => checkGroup(session, values)),
      tried('location', 'Location', () => checkLocation(session, values)),
      tried('permission', 'Permission', () => checkPermission(session, values)),
      tried('conflict', 'Name', () => checkNames(session, values)),
      tried('quota', 'Quota', () => checkQuota(session, values)),
    ])
    return [credentials, ...clock, ...rest.flat()]
  } catch (thrown) {
    return [failedRow('credentials', 'Credentials', toAppError(thrown))]
  } finally {
    await session.close()
  }
}

async function tried(code: string, title: string, check: () => Promise<readonly CheckRow[]>): Promise<readonly CheckRow[]> {
  try {
    return await check()
  } catch (thrown) {
    return [failedRow(code, title, toAppError(thrown))]
  }
}

function failedRow(code: string, title: string, error: AppError): CheckRow {
  if (error.code === 'cancelled') throw error
  const { title: what, detail } = describeError(error.data)
  const { field } = error.data.details
  return { code, title, state: 'error', found: `${what}. ${detail}`, ...(typeof field === 'string' ? { field } : {}) }
}

async function checkSubscription(session: AzureSession, values: FieldValues): Promise<CheckRow> {
  const id = textOf(values, 'subscription')
  const row = { code: 'credentials', title: 'Subscription', field: 'subscription' }
  try {
    const words = { what: `The subscription ${id}`, field: 'subscription' }
    const found = await session.ask({ method: 'GET', path: `/subscriptions/${id}`, version: VERSIONS.subscriptions }, words)
    const { displayName = id, state = 'Enabled' } = found as { displayName?: string; state?: string }
    if (state !== 'Enabled') return { ...row, state: 'error', found: `${displayName} is ${state}` }
    return { ...row, state: 'ok', found: `${displayName} can be used` }
  } catch (thrown) {
    const error = toAppError(thrown)
    const fix = { kind: 'command' as const, command: signInCommand(session.tenant) }
    return { ...failedRow('credentials', 'Subscription', error), ...(error.code === 'sign-in-expired' ? { fix } : {}) }
  }
}

function checkClock(ahead: number | null): CheckRow[] {
  if (ahead === null || Math.abs(ahead) <= WORTH_TELLING_SECONDS) return []
  const off = Math.abs(ahead)
  const found = `It is ${off} seconds ${ahead > 0 ? 'behind' : 'ahead of'} that of Azure`
  const fix = { kind: 'command' as const, command: 'timedatectl set-ntp true' }
  return [{ code: 'clock', title: 'Clock', state: off > MOST_SKEW_SECONDS ? 'error' : 'warning', found, fix }]
}

async function checkGroup(session: AzureSession, values: FieldValues): Promise<readonly CheckRow[]> {
  const name = textOf(values, 'resourceGroup')
  const row = { code: 'group', title: 'Resource group', field: 'resourceGroup' }
  const found = await exists(
    session,
    { path: groupPath(values), version: VERSIONS.groups },
    { what: `look at ${name}`, field: 'resourceGroup' },
  )
  if (found === null) return [{ ...row, state: 'error', found: `There is no resource group ${name}, or this account may not see it` }]
  return [{ ...row, state: 'ok', found: `${name} is there` }]
}

async function checkLocation(session: AzureSession, values: FieldValues): Promise<readonly CheckRow[]> {
  const name = textOf(values, 'location')
  const path = `/subscriptions/${textOf(values, 'subscription')}/locations`
  const { value = [] } = (await session.ask({ method: 'GET', path, version: VERSIONS.subscriptions }, { what: 'list locations' })) as {
    value?: readonly { name?: string }[]
  }
  const isThere = value.some((one) => one.name === name)
  const found = isThere ? `${name} can be used` : `There is no location ${name} for this subscription`
  return [{ code: 'location', title: 'Location', state: isThere ? 'ok' : 'error', found, field: 'location' }]
}

/** By what the account may do in the group ("Permissions - List For Resource Group"). */
async function checkPermission(session: AzureSession, values: FieldValues): Promise<readonly CheckRow[]> {
  const path = `${groupPath(values)}/providers/Microsoft.Authorization/permissions`
  const { value = [] } = (await session.ask(
    { method: 'GET', path, version: VERSIONS.permissions },
    { what: 'look at its permissions' },
  )) as {
    value?: readonly { actions?: readonly string[]; notActions?: readonly string[] }[]
  }
  const missing = neededActions(values).filter(
    (action) =>
      !value.some(
        ({ actions = [], notActions = [] }) => actions.some((one) => covers(one, action)) && !notActions.some((one) => covers(one, action)),
      ),
  )
  if (missing.length === 0) return [{ code: 'permission', title: 'Permission', state: 'ok', found: 'May do all that is needed' }]
  return [{ code: 'permission', title: 'Permission', state: 'error', found: `This account may not do ${missing.join(', ')}` }]
}

export function neededActions(values: FieldValues): string[] {
  const disks = [
    'Microsoft.Compute/disks/write',
    'Microsoft.Compute/disks/beginGetAccess/action',
    'Microsoft.Compute/disks/endGetAccess/action',
  ]
  const target = azureTarget(values)
  return [
    ...(azureWay(values) === 'disk' ? disks : target === 'disk' ? disks.slice(0, 1) : []),
    ...(target === 'image' ? ['Microsoft.Compute/images/write'] : []),
    ...(target === 'gallery' ? ['Microsoft.Compute/galleries/images/versions/write'] : []),
    ...(target === 'gallery' && flagOf(values, 'create')
      ? ['Microsoft.Compute/galleries/write', 'Microsoft.Compute/galleries/images/write']
      : []),
  ]
}

function covers(pattern: string, action: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
  return new RegExp(`^${source}$`, 'i').test(action)
}

async function checkNames(session: AzureSession, values: FieldValues): Promise<readonly CheckRow[]> {
  const name = textOf(values, 'name')
  const target = azureTarget(values)
  const rows: CheckRow[] = []
  const taken = async (path: string, version: string, what: string, field: string): Promise<Json | null> => {
    const found = await exists(session, { path, version }, { what: `look at ${what}`, field })
    if (found !== null) rows.push({ code: 'conflict', title: 'Name', state: 'error', found: `${what} is there already`, field })
    return found
  }
  if (azureWay(values) === 'disk' || target === 'disk')
    await taken(computePath(values, 'disks', name), VERSIONS.disks, `The disk ${name}`, 'name')
  if (target === 'image') await taken(computePath(values, 'images', name), VERSIONS.images, `The image ${name}`, 'name')
  if (azureWay(values) === 'blob') {
    const blob = `${textOf(values, 'container')}/${name}.vhd`
    await findContainer(session, values, textOf(values, 'container'))
    const head = await headBlob(session, blobDoor(session, values, blob))
    if (head !== null)
      rows.push({ code: 'conflict', title: 'Name', state: 'error', found: `The blob ${blob} is there already`, field: 'name' })
  }
  if (target === 'gallery') {
    const [gallery, definition, version] = ['gallery', 'definition', 'version'].map((id) => textOf(values, id)) as [string, string, string]
    const path = computePath(values, 'galleries', gallery, 'images', definition)
    rows.push(
      ...checkDefinition(
        values,
        await exists(session, { path, version: VERSIONS.galleries }, { what: 'look at definitions', field: 'definition' }),
      ),
    )
    await taken(`${path}/versions/${version}`, VERSIONS.galleries, `Version ${version}`, 'version')
  }
  return rows.length > 0 ? rows : [{ code: 'conflict', title: 'Name', state: 'ok', found: 'All names are free', field: 'name' }]
}

/** A version has to be of the kind that its definition says. */
function checkDefinition(values: FieldValues, found: Json | null): CheckRow[] {
  const name = textOf(values, 'definition')
  const row = { code: 'definition', title: 'Image definition', field: 'definition' }
  if (found === null) {
    return flagOf(values, 'create')
      ? []
      : [{ ...row, state: 'error', found: `There is no image definition ${name}; it is not to be made either` }]
  }
  const { properties = {} } = found as { properties?: Readonly<Record<string, unknown>> }
  const pairs = [
    ['hyperVGeneration', 'generation', 'generation'],
    ['architecture', 'architecture', 'architecture'],
    ['osState', 'osState', 'state'],
  ] as const
  return pairs.flatMap(([key, field, word]): CheckRow[] => {
    const there = properties[key]
    if (typeof there !== 'string' || there === textOf(values, field)) return []
    const fix = { kind: 'set' as const, field, value: there, label: `Use ${there}` }
    return [{ ...row, state: 'error', found: `${name} is for the ${word} ${there}, not ${textOf(values, field)}`, field, fix }]
  })
}

/** Where the account may not look there is no row. */
async function checkQuota(session: AzureSession, values: FieldValues): Promise<readonly CheckRow[]> {
  const path = `/subscriptions/${textOf(values, 'subscription')}/providers/Microsoft.Compute/locations/${textOf(values, 'location')}/usages`
  const answer = await session.once({ method: 'GET', path, version: VERSIONS.usages })
  if (answer.status !== 200) return []
  const { value = [] } = JSON.parse(answer.body.toString('utf8')) as {
    value?: readonly { name?: { value?: string }; currentValue?: number; limit?: number }[]
  }
  const kind = { Standard_LRS: 'StandardDiskCount', StandardSSD_LRS: 'StandardSSDDiskCount', Premium_LRS: 'PremiumDiskCount' }[
    textOf(values, 'diskSku')
  ]
  const usage = value.find(({ name }) => name?.value === kind)
  if (usage?.limit === undefined || usage.currentValue === undefined) return []
  const isFull = usage.currentValue >= usage.limit
  const found = `${usage.currentValue} of ${usage.limit} disks of the kind ${textOf(values, 'diskSku')} are there`
  return [{ code: 'quota', title: 'Quota', state: isFull ? 'error' : 'ok', found, field: 'diskSku' }]
}
