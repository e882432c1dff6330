import type { FieldValues } from '#shared/clouds/field'
import { tagsOf, textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'
import { type AzureSession, exists, type Json } from './arm-session.js'

/** By it what this upload made is told from what others made under the same name. */
export const UPLOAD_TAG = 'diskwright-upload'

/** Versions of the REST references that are asked for. */
export const VERSIONS = {
  disks: '2024-03-02',
  images: '2024-07-01',
  galleries: '2024-03-03',
  usages: '2024-07-01',
  subscriptions: '2022-12-01',
  groups: '2021-04-01',
  permissions: '2022-04-01',
  storageAccounts: '2023-05-01',
} as const

export interface AzureWork {
  readonly run: UploadRun
  readonly session: AzureSession
  /** Names this upload at Azure. */
  readonly token: string
}

export function groupPath(values: FieldValues): string {
  return `/subscriptions/${textOf(values, 'subscription')}/resourceGroups/${encodeURIComponent(textOf(values, 'resourceGroup'))}`
}

export function computePath(values: FieldValues, ...parts: string[]): string {
  return [`${groupPath(values)}/providers/Microsoft.Compute`, ...parts.map(encodeURIComponent)].join('/')
}

export interface ResourceOrder {
  /** As the journal calls it. */
  readonly kind: string
  readonly label: string
  readonly path: string
  readonly version: string
  readonly properties: Json
  readonly sku?: string
  readonly keepOnSuccess: boolean
  readonly field: string
  /** One that is there already, and was made by others, will do. */
  readonly orThere?: boolean
  readonly onShare?: (share: number) => void
}

/** Makes a thing under its name, or finds the one that was begun before a break. Throws `cloud-conflict` for one of others. */
export async function makeResource({ run, session, token }: AzureWork, order: ResourceOrder): Promise<Json> {
  const words = { what: order.label, field: order.field }
  const request = { path: order.path, version: order.version }
  const found = await exists(session, request, words)
  if (found !== null && !isOurs(found, token)) {
    if (order.orThere === true) return found
    throw new AppError('cloud-conflict', { details: { service: 'Azure', what: order.label, field: order.field } })
  }
  await run.journal.created({
    kind: order.kind,
    id: order.path,
    label: order.label,
    keepOnSuccess: order.keepOnSuccess,
    facts: { version: order.version, token },
  })
  if (found !== null && stateOf(found) === 'Succeeded') return found
  const body = {
    location: textOf(run.values, 'location'),
    tags: { ...tagsOf(run.values, 'tags'), [UPLOAD_TAG]: token },
    ...(order.sku === undefined ? {} : { sku: { name: order.sku } }),
    properties: order.properties,
  }
  const made = await session.finish({ ...request, method: 'PUT', body }, words, order.onShare)
  const state = stateOf(made)
  if (state === 'Failed' || state === 'Canceled') {
    throw new AppError('upload-incomplete', { details: { service: 'Azure', what: order.label, reason: `${order.label} became ${state}` } })
  }
  return made
}

export function isOurs(found: Json, token: string): boolean {
  const { tags } = found as { tags?: Readonly<Record<string, string>> }
  return tags?.[UPLOAD_TAG] === token
}

export function stateOf(found: Json): string {
  const { properties } = found as { properties?: { provisioningState?: string } }
  return properties?.provisioningState ?? ''
}
