import { randomUUID } from 'node:crypto'
import { listOf, tagsOf, textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { UploadProgress } from '../cloud-provider.js'
import { pollUntil } from '../transfer/poll-until.js'
import { pathOf } from '../transfer/service-call.js'
import { type GcpClient, orNull } from './gcp-client.js'
import { SERVICE } from './gcp-credentials.js'
import type { GcpJob } from './gcp-job.js'

/** Source: Compute Engine API, Image and Operation. */
export interface GcpImage {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly selfLink: string
  readonly labels?: Readonly<Record<string, string>>
}
interface Operation {
  readonly name: string
  readonly status: string
  readonly progress?: number
  readonly error?: { readonly errors?: readonly { readonly code?: string; readonly message?: string }[] }
}

/** By this label an image is found again whose answer was lost. */
export const UPLOAD_LABEL = 'diskwright-upload'

export function imageCall(project: string, name: string) {
  const path = pathOf('compute', 'v1', 'projects', project, 'global', 'images', name)
  return { service: 'compute' as const, path, what: `work on images of the project ${project}`, subject: `The image ${name}` }
}

export async function readImage(client: GcpClient, project: string, name: string): Promise<GcpImage | null> {
  const answer = await orNull(client.call<GcpImage>({ ...imageCall(project, name), method: 'GET' }))
  return answer?.data ?? null
}

/** Throws `cloud-conflict` where the name is another's: told before gigabytes are sent for it. */
export async function refuseTakenName({ run, client, project, name }: GcpJob): Promise<void> {
  const image = await readImage(client, project, name)
  if (image === null || image.labels?.[UPLOAD_LABEL] === (run.journal.get<string>('gcp.token') ?? '')) return
  const reason = `The project ${project} has an image of that name`
  throw new AppError('cloud-conflict', { details: { service: SERVICE, what: `The name ${name}`, reason, field: 'name' } })
}

/** Begins the import, or finds the one that was begun, and waits for it. Throws `upload-incomplete` with the service's own words. */
export async function importImage(job: GcpJob, progress: UploadProgress): Promise<GcpImage> {
  const { run, client, project, name } = job
  const { journal } = run
  const known = journal.get<string>('gcp.token')
  const token = known ?? randomUUID()
  if (known === undefined) await journal.put('gcp.token', token)
  // The label tells ours from another's of the same name, also before the answer is there.
  await journal.created({ kind: 'image', id: name, label: `image ${name}`, keepOnSuccess: true, facts: { project, token } })
  const begun = known === undefined ? null : await readImage(client, project, name)
  if (begun === null || begun.labels?.[UPLOAD_LABEL] !== token) {
    const operation = await insertImage(job, token)
    await watchOperation(job, operation, progress)
  }
  const image = await waitReady(job)
  progress.fraction(1)
  return image
}

async function insertImage({ run, client, place, project, name }: GcpJob, token: string): Promise<string> {
  const { values } = run
  const optional = {
    family: textOf(values, 'family'),
    description: textOf(values, 'description'),
    storageLocations: textOf(values, 'storageLocation') === '' ? [] : [textOf(values, 'storageLocation')],
    licenses: listOf(values, 'licenses'),
  }
  const json = {
    name,
    architecture: textOf(values, 'architecture') || 'X86_64',
    rawDisk: { source: `https://storage.googleapis.com/${place.bucket}/${place.object}`, containerType: 'TAR' },
    guestOsFeatures: listOf(values, 'features').map((type) => ({ type })),
    labels: { ...tagsOf(values, 'labels'), [UPLOAD_LABEL]: token },
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value.length > 0)),
  }
  const { data } = await client.call<Operation>({
    service: 'compute',
    method: 'POST',
    path: pathOf('compute', 'v1', 'projects', project, 'global', 'images'),
    // The same request again is the same image, not another one.
    query: { requestId: token },
    json,
    what: `create images in the project ${project}`,
    subject: `The name ${name}`,
  })
  return data.name
}

async function watchOperation({ run, client, project, name, pace }: GcpJob, operation: string, progress: UploadProgress): Promise<void> {
  const path = pathOf('compute', 'v1', 'projects', project, 'global', 'operations', operation)
  const about = { service: 'compute' as const, path, what: 'watch the import', subject: `The operation ${operation}` }
  await pollUntil(
    async () => {
      const { data } = await client.call<Operation>({ ...about, method: 'GET' })
      if (typeof data.progress === 'number') progress.fraction(Math.min(0.99, data.progress / 100))
      if (data.status !== 'DONE') return null
      const errors = data.error?.errors ?? []
      if (errors.length === 0) return true
      throw await importFailure({ run, client, project, name }, errors)
    },
    { ...pace, signal: run.signal, pausePoint: () => run.pausePoint(), what: 'The import', service: SERVICE },
  )
}

/** The next try makes a new image; one that failed may be left under the name. */
async function importFailure(
  { run, client, project, name }: Pick<GcpJob, 'run' | 'client' | 'project' | 'name'>,
  errors: readonly { readonly code?: string; readonly message?: string }[],
): Promise<AppError> {
  const token = run.journal.get<string>('gcp.token') ?? ''
  await removeImage(client, project, name, token).catch(() => {})
  await run.journal.forget('image', name)
  await run.journal.put('gcp.token', undefined)
  const reason = errors.map(({ code = '', message = '' }) => (code === '' ? message : `${message} (${code})`)).join('; ')
  const [first] = errors
  const details = { service: SERVICE, reason }
  if (first?.code === 'QUOTA_EXCEEDED') return new AppError('cloud-quota', { details: { ...details, what: 'images' } })
  if (first?.code === 'RESOURCE_ALREADY_EXISTS')
    return new AppError('cloud-conflict', { details: { ...details, what: `The name ${name}` } })
  return new AppError('upload-incomplete', { details })
}

/** Deletes the image of that name when it is the one that bears the label. */
export async function removeImage(client: GcpClient, project: string, name: string, token: string): Promise<void> {
  const image = await readImage(client, project, name)
  if (image?.labels?.[UPLOAD_LABEL] === token) await orNull(client.call({ ...imageCall(project, name), method: 'DELETE' }))
}

async function waitReady({ run, client, project, name, pace }: GcpJob): Promise<GcpImage> {
  return pollUntil(
    async () => {
      const image = await readImage(client, project, name)
      if (image?.status === 'READY') return image
      if (image !== null && image.status !== 'FAILED' && image.status !== 'DELETING') return null
      const reason = image === null ? 'The image is not there after its import' : `The image became ${image.status} while it was imported`
      throw new AppError('upload-incomplete', { details: { service: SERVICE, reason } })
    },
    { ...pace, signal: run.signal, pausePoint: () => run.pausePoint(), what: 'The import', service: SERVICE },
  )
}
