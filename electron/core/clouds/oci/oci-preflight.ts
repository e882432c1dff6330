import { stemOf, usualObject } from '#shared/clouds/forms/oci-choices'
import type { FieldValues } from '#shared/clouds/field'
import { flagOf, textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { describeError } from '#shared/errors/describe-error'
import { toAppError } from '#shared/errors/app-error'
import type { CloudContext } from '../cloud-provider.js'
import { clockSkew, pathOf } from '../transfer/service-call.js'
import { createOciClient, type OciClient, QUICK_POLICY } from './oci-client.js'
import { MAX_SKEW_SECONDS } from './oci-failure.js'
import { listImages } from './oci-image.js'
import { objectCalls, orNull } from './oci-object.js'
import { bucketPath, readNamespace, resolveCompartment } from './oci-place.js'

/** Everything that can be asked before a byte is sent. What depends on a row that failed is not asked. */
export async function ociPreflight(ctx: CloudContext, values: FieldValues, facts: SourceFacts): Promise<CheckRow[]> {
  const client = createOciClient(ctx, values, { policy: QUICK_POLICY })
  const rows: CheckRow[] = []
  try {
    const namespace = await tried(rows, { code: 'oci-credentials', title: 'Credentials', field: 'profile' }, () =>
      credentialsRows(client, rows),
    )
    if (namespace === null) return rows
    const compartment = await tried(rows, { code: 'oci-compartment', title: 'Compartment', field: 'compartment' }, () =>
      compartmentRows(client, values, rows),
    )
    await tried(rows, { code: 'oci-bucket', title: 'Bucket', field: 'bucket' }, () => bucketRows(client, values, facts, namespace, rows))
    if (compartment !== null) {
      await tried(rows, { code: 'oci-image-name', title: 'Name', field: 'name' }, () => nameRows(client, values, compartment, rows))
    }
    rows.push(await quotaRow(client))
    return rows
  } finally {
    await client.close()
  }
}

type Subject = Pick<CheckRow, 'code' | 'title' | 'field'>

/** Throws `cancelled` alone. */
async function tried<T>(rows: CheckRow[], subject: Subject, look: () => Promise<T>): Promise<T | null> {
  try {
    return await look()
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    const { title, detail, next } = describeError(error.data)
    const command = /\b(oci session authenticate --profile-name \S+?),/.exec(String(error.data.details.next ?? ''))?.[1]
    rows.push({
      ...subject,
      state: 'error',
      found: `${title}. ${detail} ${next}`.trim(),
      ...(command === undefined ? {} : { fix: { kind: 'command', command } }),
    })
    return null
  }
}

async function credentialsRows(client: OciClient, rows: CheckRow[]): Promise<string> {
  const { namespace, headers } = await readNamespace(client)
  const { profile, session, region } = await client.credentials()
  const row = { code: 'oci-credentials', title: 'Credentials', field: 'profile' }
  const minutes = session?.endsAt === undefined || session.endsAt === null ? null : Math.floor((session.endsAt - Date.now()) / 60_000)
  if (minutes !== null && minutes < SHORT_SESSION_MINUTES) {
    const command = `oci session refresh --profile ${profile}`
    const found = `The session of the profile ${profile} ends in ${minutes} minutes; the upload pauses then, until it is renewed`
    rows.push({ ...row, state: 'warning', found, fix: { kind: 'command', command } })
  } else {
    rows.push({ ...row, state: 'ok', found: `The profile ${profile} is taken in ${region}; its namespace is ${namespace}` })
  }
  const skew = clockSkew(headers, Date.now())
  const clock = { code: 'oci-clock', title: 'Clock' }
  if (skew === null) rows.push({ ...clock, state: 'info', found: 'Oracle Cloud did not tell its time' })
  else if (Math.abs(skew) > MAX_SKEW_SECONDS / 2)
    rows.push({ ...clock, state: 'warning', found: `This machine is ${Math.abs(skew)} seconds off; 300 are refused` })
  else rows.push({ ...clock, state: 'ok', found: `Agrees with that of Oracle Cloud to ${Math.max(1, Math.abs(skew))} s` })
  return namespace
}

const SHORT_SESSION_MINUTES = 20

async function compartmentRows(client: OciClient, values: FieldValues, rows: CheckRow[]): Promise<string> {
  const id = await resolveCompartment(client, values)
  // Listing is the least that an import needs; there is no call that only tries.
  await listImages(client, id, textOf(values, 'name'))
  rows.push({
    code: 'oci-compartment',
    title: 'Compartment',
    state: 'ok',
    found: `Found, and its images can be listed: ${id}`,
    field: 'compartment',
  })
  return id
}

async function bucketRows(client: OciClient, values: FieldValues, facts: SourceFacts, namespace: string, rows: CheckRow[]): Promise<void> {
  const bucket = textOf(values, 'bucket')
  const place = { namespace, bucket, object: textOf(values, 'object') || usualObject(values, facts) }
  const row = { code: 'oci-bucket', title: 'Bucket', field: 'bucket' }
  const about = { service: 'objectstorage' as const, what: `read the bucket ${bucket}`, subject: `The bucket ${bucket}` }
  const there = await orNull(client.call({ ...about, method: 'GET', path: bucketPath(place) }))
  if (there === null) {
    if (flagOf(values, 'createBucket')) rows.push({ ...row, state: 'ok', found: `${bucket} is not there, and will be created` })
    else {
      const fix = { kind: 'set', field: 'createBucket', value: true, label: 'Create it' } as const
      rows.push({ ...row, state: 'error', found: `${bucket} does not exist, or this account may not see it`, fix })
    }
    return
  }
  rows.push({ ...row, state: 'ok', found: `${bucket} is there` })
  const object = { code: 'oci-object', title: 'Object', field: 'object' }
  if ((await objectCalls(client, place).head()) === null) rows.push({ ...object, state: 'ok', found: `${place.object} is free` })
  else {
    const free = `${stemOf(facts)}-${new Date().toISOString().slice(0, 10)}-${Date.now().toString(36)}${/\.[^.]+$/.exec(place.object)?.[0] ?? ''}`
    const fix = { kind: 'set', field: 'object', value: free, label: `Name it ${free}` } as const
    rows.push({ ...object, state: 'error', found: `${place.object} is in the bucket already, and is never replaced`, fix })
  }
}

async function nameRows(client: OciClient, values: FieldValues, compartment: string, rows: CheckRow[]): Promise<void> {
  const name = textOf(values, 'name')
  const row = { code: 'oci-image-name', title: 'Name', field: 'name' }
  const taken = (await listImages(client, compartment, name)).length
  if (taken === 0) rows.push({ ...row, state: 'ok', found: `No other image is called ${name}` })
  else
    rows.push({
      ...row,
      state: 'warning',
      found: `${taken === 1 ? 'An image' : `${taken} images`} of that name ${taken === 1 ? 'is' : 'are'} there; Oracle Cloud lets names be used again`,
    })
}

/** Source: Limits API, GetResourceAvailability of compute's `custom-image-count`. */
async function quotaRow(client: OciClient): Promise<CheckRow> {
  const row = { code: 'oci-quota', title: 'Quota' }
  try {
    const { tenancy } = await client.credentials()
    const { data } = await client.call<{ available?: unknown; used?: unknown }>({
      service: 'limits',
      method: 'GET',
      path: pathOf('20190729', 'services', 'compute', 'limits', 'custom-image-count', 'resourceAvailability'),
      query: { compartmentId: tenancy },
      what: 'read limits',
      subject: 'The limit',
    })
    if (typeof data.available !== 'number') return { ...row, state: 'info', found: 'How many more custom images are allowed is not told' }
    if (data.available > 0) return { ...row, state: 'ok', found: `${data.available} more custom images are allowed` }
    return { ...row, state: 'error', found: 'No more custom images are allowed in this region: delete one, or ask for a higher limit' }
  } catch (thrown) {
    const { code, data } = toAppError(thrown)
    if (code === 'cancelled') throw thrown
    return {
      ...row,
      state: 'info',
      found: `How many more custom images are allowed could not be read (${String(data.details.status ?? code)})`,
    }
  }
}
