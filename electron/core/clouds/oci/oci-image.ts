import { randomUUID } from 'node:crypto'
import { ociFormat } from '#shared/clouds/forms/oci-choices'
import { tagsOf, textOf } from '#shared/clouds/read-values'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { UploadProgress, UploadRun } from '../cloud-provider.js'
import { pollUntil } from '../transfer/poll-until.js'
import { pathOf } from '../transfer/service-call.js'
import { endpointOf, type OciClient } from './oci-client.js'
import { SERVICE } from './oci-config.js'
import { objectCalls, orNull } from './oci-object.js'
import type { OciJob } from './oci-job.js'

/** What the import made, and where it can be watched. */
export interface ImportedImage {
  readonly id: string
  /** Null where the service does without, as a Private Cloud Appliance. */
  readonly workRequest: string | null
}

/** Source: Compute API, Image; Work Requests API, WorkRequest and WorkRequestError. */
interface ImageAnswer {
  readonly id: string
  readonly lifecycleState: string
  readonly freeformTags?: Readonly<Record<string, string>>
}
interface WorkAnswer {
  readonly status: string
  readonly percentComplete?: number
}
interface WorkError {
  readonly code: string
  readonly message: string
}

/** By this tag an image is found again whose answer was lost. */
export const UPLOAD_TAG = 'diskwright-upload'
const API = '20160918'

export function imageCall(id: string, ...more: readonly string[]) {
  const path = pathOf(API, 'images', id, ...more)
  return { service: 'iaas' as const, path, what: 'work on custom images', subject: `The image ${id}` }
}

/** Begins the import, or finds the one that was begun, and waits for it. Throws `upload-incomplete` with the service's own words. */
export async function importImage(job: OciJob, progress: UploadProgress): Promise<string> {
  const { run, client } = job
  const { journal } = run
  const image = journal.get<ImportedImage | null>('oci.image') ?? (await beginImport(job))
  await journal.put('oci.image', image)
  await journal.created({ kind: 'image', id: image.id, label: `custom image ${textOf(run.values, 'name')}`, keepOnSuccess: true })
  const token = journal.get<string>('oci.imageToken')
  if (token !== undefined) await journal.forget('image-intent', token)
  try {
    if (image.workRequest !== null) await watchWork(job, image.workRequest, progress)
    await waitAvailable(job, image.id)
  } catch (thrown) {
    if (toAppError(thrown).code === 'upload-incomplete') {
      // The next try makes a new image.
      await orNull(client.call({ ...imageCall(image.id), method: 'DELETE' })).catch(() => null)
      await journal.forget('image', image.id)
      await journal.put('oci.image', null)
      await journal.put('oci.imageToken', undefined)
    }
    throw thrown
  } finally {
    if (!run.signal.aborted) await removeLinks(job)
  }
  progress.fraction(1)
  return image.id
}

async function beginImport(job: OciJob): Promise<ImportedImage> {
  const { run, client, place, compartment } = job
  const { journal, values } = run
  const known = journal.get<string>('oci.imageToken')
  const token = known ?? randomUUID()
  if (known === undefined) await journal.put('oci.imageToken', token)
  const facts = { compartment, name: textOf(values, 'name') }
  await journal.created({ kind: 'image-intent', id: token, label: `custom image ${facts.name}`, keepOnSuccess: false, facts })
  if (known !== undefined) {
    const begun = await findTagged(client, compartment, facts.name, token)
    if (begun !== null) return { id: begun, workRequest: null }
  }
  const route = textOf(values, 'route') || 'auto'
  if (route === 'link') return createImage(job, token, await linkSource(job))
  try {
    const tuple = { sourceType: 'objectStorageTuple', namespaceName: place.namespace, bucketName: place.bucket, objectName: place.object }
    return await createImage(job, token, tuple)
  } catch (thrown) {
    const { code, data } = toAppError(thrown)
    if (route !== 'auto' || code !== 'cloud-refused' || !/bucket/i.test(String(data.details.reason ?? ''))) throw thrown
    run.log('The import does not take the object by its name, as is so for federated users: a pre-authenticated link is made')
    return createImage(job, `${token}-link`, await linkSource(job))
  }
}

type Source = Readonly<Record<string, string>>

async function createImage({ run, client, compartment }: OciJob, token: string, source: Source): Promise<ImportedImage> {
  const { values, facts } = run
  const format = ociFormat(values, facts)
  const [os, version] = [textOf(values, 'os'), textOf(values, 'osVersion')]
  const details = {
    compartmentId: compartment,
    displayName: textOf(values, 'name'),
    freeformTags: { ...tagsOf(values, 'tags'), [UPLOAD_TAG]: run.journal.get<string>('oci.imageToken') ?? token },
    imageSourceDetails: {
      ...source,
      ...(os === '' ? {} : { operatingSystem: os }),
      ...(version === '' ? {} : { operatingSystemVersion: version }),
      // An archive says both itself; the service refuses a type beside it.
      ...(format === 'archive' ? {} : { sourceImageType: format.toUpperCase() }),
    },
    ...(format === 'archive' ? {} : { launchMode: textOf(values, 'launchMode') || 'PARAVIRTUALIZED' }),
  }
  const { data, headers } = await client.call<ImageAnswer>({
    service: 'iaas',
    method: 'POST',
    path: pathOf(API, 'images'),
    json: details,
    headers: { 'opc-retry-token': token },
    what: 'import custom images into that compartment',
    subject: `The image ${details.displayName}`,
  })
  return { id: data.id, workRequest: headers['opc-work-request-id'] ?? null }
}

/** The link is a secret: it is never written down, only the name by which it can be deleted. */
async function linkSource({ run, client, place }: OciJob): Promise<Source> {
  const name = linkName(run)
  const { namespace, bucket, object } = place
  await run.journal.created({
    kind: 'link',
    id: name,
    label: `pre-authenticated link ${name}`,
    keepOnSuccess: false,
    facts: { namespace, bucket, object },
  })
  const calls = objectCalls(client, place)
  await calls.removeLinks(name)
  const uri = await calls.link(name)
  const { region } = await client.credentials()
  return { sourceType: 'objectStorageUri', sourceUri: `${endpointOf(run.values, region, 'objectstorage')}${uri}` }
}

async function removeLinks({ run, client, place }: OciJob): Promise<void> {
  const name = linkName(run)
  if (!run.journal.remotes().some(({ kind, id }) => kind === 'link' && id === name)) return
  try {
    await objectCalls(client, place).removeLinks(name)
    await run.journal.forget('link', name)
  } catch (thrown) {
    run.log(`The pre-authenticated link could not be deleted: ${toAppError(thrown).message}`)
  }
}

function linkName(run: UploadRun): string {
  return `diskwright-${run.journal.get<string>('oci.imageToken') ?? ''}`
}

/** The image that an import made whose answer was lost. */
export async function findTagged(client: OciClient, compartment: string, name: string, token: string): Promise<string | null> {
  const images = await listImages(client, compartment, name)
  return images.find(({ freeformTags, lifecycleState }) => freeformTags?.[UPLOAD_TAG] === token && lifecycleState !== 'DELETED')?.id ?? null
}

export async function listImages(client: OciClient, compartment: string, name: string): Promise<ImageAnswer[]> {
  return client.list<ImageAnswer>({
    service: 'iaas',
    path: pathOf(API, 'images'),
    query: { compartmentId: compartment, displayName: name, limit: 100 },
    what: 'list custom images of that compartment',
    subject: 'The compartment',
  })
}

async function watchWork({ run, client, pace }: OciJob, id: string, progress: UploadProgress): Promise<void> {
  const about = {
    service: 'iaas' as const,
    path: pathOf(API, 'workRequests', id),
    what: 'watch the import',
    subject: `The work request ${id}`,
  }
  await pollUntil(
    async () => {
      const { data } = await client.call<WorkAnswer>({ ...about, method: 'GET' })
      if (typeof data.percentComplete === 'number') progress.fraction(Math.min(0.99, data.percentComplete / 100))
      if (data.status === 'SUCCEEDED') return true
      if (data.status === 'FAILED' || data.status === 'CANCELED') throw await workFailure(client, about, data.status)
      return null
    },
    { ...pace, signal: run.signal, pausePoint: () => run.pausePoint(), what: 'The import', service: SERVICE },
  )
}

async function workFailure(
  client: OciClient,
  about: { service: 'iaas'; path: string; what: string; subject: string },
  status: string,
): Promise<AppError> {
  const errors = await client.list<WorkError>({ ...about, path: `${about.path}/errors` }).catch(() => [])
  const said = errors.map(({ code, message }) => `${code}: ${message}`).join('; ')
  const reason = said === '' ? `The import ended as ${status} without a reason` : said
  return new AppError('upload-incomplete', { details: { service: SERVICE, reason, status } })
}

async function waitAvailable({ run, client, pace }: OciJob, id: string): Promise<void> {
  await pollUntil(
    async () => {
      const { data } = await client.call<ImageAnswer>({ ...imageCall(id), method: 'GET' })
      if (data.lifecycleState === 'AVAILABLE') return true
      if (data.lifecycleState === 'DELETED' || data.lifecycleState === 'DISABLED') {
        const reason = `The image became ${data.lifecycleState} while it was imported`
        throw new AppError('upload-incomplete', { details: { service: SERVICE, reason } })
      }
      return null
    },
    { ...pace, signal: run.signal, pausePoint: () => run.pausePoint(), what: 'The import', service: SERVICE },
  )
}
