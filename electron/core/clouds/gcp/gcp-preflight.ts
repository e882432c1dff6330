import { gcpObject } from '#shared/clouds/forms/gcp-choices'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { CloudContext } from '../cloud-provider.js'
import { clockSkew, pathOf } from '../transfer/service-call.js'
import { createGcpClient, type GcpClient, QUICK_POLICY } from './gcp-client.js'
import { credentialsFacts } from './gcp-credentials.js'
import { MAX_SKEW_SECONDS } from './gcp-failure.js'
import { readImage } from './gcp-image.js'
import { objectCalls } from './gcp-object.js'

/** Everything that can be asked before a byte is sent. What depends on a row that failed is not asked. */
export async function gcpPreflight(ctx: CloudContext, values: FieldValues, facts: SourceFacts): Promise<CheckRow[]> {
  const client = createGcpClient(ctx, values, { policy: QUICK_POLICY })
  const project = textOf(values, 'project')
  const rows: CheckRow[] = []
  try {
    const credentials = { code: 'gcp-credentials', title: 'Credentials', field: 'keyFile' }
    if (!(await tried(rows, credentials, () => projectRows(ctx, client, values, project)))) return rows
    await tried(rows, { code: 'gcp-bucket', title: 'Bucket', field: 'bucket' }, () => bucketRows(client, values, facts))
    await tried(rows, { code: 'gcp-name', title: 'Name', field: 'name' }, () => nameRows(client, project, textOf(values, 'name')))
    rows.push(await permissionRow(client, project))
    return rows
  } finally {
    await client.close()
  }
}

/** Whether it went well. Throws `cancelled` alone. */
async function tried(
  rows: CheckRow[],
  subject: Pick<CheckRow, 'code' | 'title' | 'field'>,
  look: () => Promise<readonly CheckRow[]>,
): Promise<boolean> {
  try {
    rows.push(...(await look()))
    return true
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    const { title, detail, next } = describeError(error.data)
    const isSignIn = error.code === 'sign-in-expired'
    const fix = { kind: 'command', command: 'gcloud auth application-default login' } as const
    rows.push({ ...subject, state: 'error', found: `${title}. ${detail} ${next}`.trim(), ...(isSignIn ? { fix } : {}) })
    return false
  }
}

interface Quota {
  readonly metric: string
  readonly limit: number
  readonly usage: number
}

/** Source: Compute Engine API, Project.quotas. */
async function projectRows(ctx: CloudContext, client: GcpClient, values: FieldValues, project: string): Promise<CheckRow[]> {
  const about = { service: 'compute' as const, what: `read the project ${project}`, subject: `The project ${project}` }
  const { data, headers } = await client.call<{ quotas?: readonly Quota[] }>({
    ...about,
    method: 'GET',
    path: pathOf('compute', 'v1', 'projects', project),
  })
  const { who, type } = await credentialsFacts(ctx.host.env, values)
  const found = `${who === '' ? `The credentials (${type})` : who} may work in the project ${project}`
  return [
    { code: 'gcp-credentials', title: 'Credentials', state: 'ok', found, field: 'keyFile' },
    clockRow(headers),
    quotaRow(data.quotas ?? []),
  ]
}

function clockRow(headers: Readonly<Record<string, string>>): CheckRow {
  const row = { code: 'gcp-clock', title: 'Clock' }
  const skew = clockSkew(headers, Date.now())
  if (skew === null) return { ...row, state: 'info', found: 'Google Cloud did not tell its time' }
  const seconds = Math.abs(skew)
  if (seconds > MAX_SKEW_SECONDS / 2)
    return { ...row, state: 'warning', found: `This machine is ${seconds} seconds off; ${MAX_SKEW_SECONDS} are refused` }
  return { ...row, state: 'ok', found: `Agrees with that of Google Cloud to ${Math.max(1, seconds)} s` }
}

function quotaRow(quotas: readonly Quota[]): CheckRow {
  const row = { code: 'gcp-quota', title: 'Quota' }
  const images = quotas.find(({ metric }) => metric === 'IMAGES')
  if (images === undefined) return { ...row, state: 'info', found: 'How many more images are allowed is not told' }
  const more = images.limit - images.usage
  if (more >= 1) return { ...row, state: 'ok', found: `${more} more images are allowed` }
  return { ...row, state: 'error', found: `All ${images.limit} images of the project are used: delete one, or ask for a higher quota` }
}

const BUCKET_PERMISSIONS = ['storage.objects.create', 'storage.objects.get', 'storage.objects.delete']

async function bucketRows(client: GcpClient, values: FieldValues, facts: SourceFacts): Promise<CheckRow[]> {
  const bucket = textOf(values, 'bucket')
  const about = { service: 'storage' as const, what: `read the bucket ${bucket}`, subject: `The bucket ${bucket}` }
  const permissions = BUCKET_PERMISSIONS.map((name) => `permissions=${name}`).join('&')
  const path = `${pathOf('storage', 'v1', 'b', bucket, 'iam', 'testPermissions')}?${permissions}`
  const { data } = await client.call<{ permissions?: readonly string[] }>({ ...about, method: 'GET', path })
  const missing = BUCKET_PERMISSIONS.filter((name) => data.permissions?.includes(name) !== true)
  const row = { code: 'gcp-bucket', title: 'Bucket', field: 'bucket' }
  if (missing.length > 0) return [{ ...row, state: 'error', found: `These credentials lack ${missing.join(', ')} on ${bucket}` }]
  const object = gcpObject(values, facts)
  const there = await objectCalls(client, { bucket, object }).read()
  const objectRow = { code: 'gcp-object', title: 'Object', field: 'object' }
  const free = `${object.replace(/\.tar\.gz$/, '')}-${Date.now().toString(36)}.tar.gz`
  const fix = { kind: 'set', field: 'object', value: free, label: `Name it ${free}` } as const
  return [
    { ...row, state: 'ok', found: `${bucket} can be written to` },
    there === null
      ? { ...objectRow, state: 'ok', found: `${object} is free` }
      : { ...objectRow, state: 'error', found: `${object} is in the bucket already, and is never replaced`, fix },
  ]
}

async function nameRows(client: GcpClient, project: string, name: string): Promise<CheckRow[]> {
  const row = { code: 'gcp-name', title: 'Name', field: 'name' }
  const there = await readImage(client, project, name)
  if (there === null) return [{ ...row, state: 'ok', found: `No image of the project is called ${name}` }]
  return [{ ...row, state: 'error', found: `The project has an image ${name} already` }]
}

const PERMISSIONS = ['compute.images.create', 'compute.images.get', 'compute.images.delete', 'compute.globalOperations.get']

/** Source: Resource Manager API, projects.testIamPermissions. */
async function permissionRow(client: GcpClient, project: string): Promise<CheckRow> {
  const row = { code: 'gcp-permissions', title: 'Permissions' }
  try {
    const { data } = await client.call<{ permissions?: readonly string[] }>({
      service: 'cloudresourcemanager',
      method: 'POST',
      path: `${pathOf('v1', 'projects', project)}:testIamPermissions`,
      json: { permissions: PERMISSIONS },
      what: `test permissions on the project ${project}`,
      subject: `The project ${project}`,
    })
    const missing = PERMISSIONS.filter((name) => data.permissions?.includes(name) !== true)
    if (missing.length === 0) return { ...row, state: 'ok', found: 'Images may be created' }
    return { ...row, state: 'error', found: `These credentials lack ${missing.join(', ')} on the project ${project}` }
  } catch (thrown) {
    const { code, data } = toAppError(thrown)
    if (code === 'cancelled') throw thrown
    return { ...row, state: 'info', found: `Whether images may be created could not be asked (${String(data.details.status ?? code)})` }
  }
}
