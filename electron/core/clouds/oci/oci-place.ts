import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import { pathOf } from '../transfer/service-call.js'
import { type OciClient } from './oci-client.js'
import { SERVICE } from './oci-config.js'

/** An object, as the paths of Object Storage name it. */
export interface ObjectPlace {
  readonly namespace: string
  readonly bucket: string
  readonly object: string
}

export interface Compartment {
  readonly id: string
  readonly name: string
  readonly compartmentId?: string
  readonly lifecycleState?: string
}

export function bucketPath({ namespace, bucket }: Pick<ObjectPlace, 'namespace' | 'bucket'>, ...more: readonly string[]): string {
  return pathOf('n', namespace, 'b', bucket, ...more)
}

/** Every tenancy has one. */
export async function readNamespace(
  client: OciClient,
): Promise<{ readonly namespace: string; readonly headers: Readonly<Record<string, string>> }> {
  const { data, headers } = await client.call({
    service: 'objectstorage',
    method: 'GET',
    path: '/n/',
    what: 'read the Object Storage namespace',
    subject: 'The Object Storage namespace',
  })
  if (typeof data !== 'string' || data === '') {
    throw new AppError('cloud-failed', { details: { service: SERVICE, reason: 'It named no Object Storage namespace' } })
  }
  return { namespace: data, headers }
}

/** The OCID of what was typed: an OCID, a path `a/b/c` below the tenancy, or nothing for the tenancy itself. */
export async function resolveCompartment(client: OciClient, values: FieldValues): Promise<string> {
  const typed = textOf(values, 'compartment')
  if (/^ocid1\.(compartment|tenancy)\./.test(typed)) return typed
  let current = (await client.credentials()).tenancy
  for (const name of typed.split('/').filter((part) => part !== '')) {
    const inside = await listCompartments(client, { compartmentId: current, name })
    const found = inside.find((one) => one.name === name && isActive(one))
    if (found === undefined) {
      const details = {
        service: SERVICE,
        what: `The compartment ${typed}`,
        reason: `There is no compartment ${name} on the way to ${typed}, or this account may not see it`,
      }
      throw new AppError('cloud-not-found', { details: { ...details, field: 'compartment' } })
    }
    current = found.id
  }
  return current
}

export async function listCompartments(client: OciClient, query: Readonly<Record<string, string>>): Promise<Compartment[]> {
  return client.list<Compartment>({
    service: 'identity',
    path: pathOf('20160918', 'compartments'),
    query: { ...query, limit: 1000 },
    what: 'list compartments',
    subject: 'The compartment',
  })
}

export function isActive({ lifecycleState }: Compartment): boolean {
  return lifecycleState === undefined || lifecycleState === 'ACTIVE'
}
