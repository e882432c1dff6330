import { imageBody } from '#shared/clouds/forms/openstack-image'
import { textOf } from '#shared/clouds/read-values'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'
import { pollUntil } from '../transfer/poll-until.js'
import type { OpenStackSession } from './openstack-session.js'

/** What Glance tells of an image ("Images API v2.15"). */
export interface GlanceImage {
  readonly id: string
  readonly name: string
  readonly status: 'queued' | 'saving' | 'uploading' | 'importing' | 'active' | 'killed' | 'deleted' | 'deactivated'
  readonly size: number | null
  /** MD5. */
  readonly checksum: string | null
  readonly os_hash_algo: string | null
  readonly os_hash_value: string | null
  readonly protected: boolean
}

export interface Asking {
  readonly run: UploadRun
  readonly session: OpenStackSession
  /** Does it again once the user has signed in again. */
  readonly through: <T>(work: () => Promise<T>) => Promise<T>
}

/** Null when there is none of that id. */
export async function readImage({ session, through }: Pick<Asking, 'session' | 'through'>, id: string): Promise<GlanceImage | null> {
  const answer = await through(() =>
    session.askPatiently({ method: 'GET', path: `images/${id}`, what: 'read the image', okStatuses: [200, 404] }),
  )
  return answer.status === 404 ? null : (JSON.parse(answer.body.toString('utf8')) as GlanceImage)
}

/** Makes the image that the bytes go into. Its id is ours, so that it is found again whatever happens to the answer. */
export async function makeImage(asking: Asking, id: string): Promise<void> {
  const { run, session, through } = asking
  const body = JSON.stringify({ ...imageBody(run.values, run.facts), id })
  const headers = { 'content-type': 'application/json' }
  await through(() =>
    session.askPatiently({
      method: 'POST',
      path: 'images',
      headers,
      body,
      what: `make the image ${textOf(run.values, 'name')}`,
      field: 'name',
      // A first answer may have got lost.
      okStatuses: [201, 409],
    }),
  )
  if ((await readImage(asking, id)) === null) throw gone()
}

const WAIT = { firstMs: 200, maxMs: 5000, service: 'Glance' }

/** An upload that broke off is noticed there a moment later; until then the image takes no other. */
export function untilTaken(asking: Asking, id: string): Promise<GlanceImage> {
  const { run } = asking
  return pollUntil(
    async () => {
      const image = await readImage(asking, id)
      if (image === null) throw gone()
      return image.status === 'saving' ? null : image
    },
    {
      ...WAIT,
      signal: run.signal,
      pausePoint: () => run.pausePoint(),
      timeoutMs: 15 * 60_000,
      what: 'Noticing that the upload before broke off',
    },
  )
}

/** Until it can be started from. Throws `upload-incomplete` with what the task of the import says. */
export function untilActive(asking: Asking, id: string): Promise<GlanceImage> {
  const { run } = asking
  return pollUntil(
    async () => {
      const image = await readImage(asking, id)
      if (image === null) throw gone()
      if (image.status === 'active') return image
      if (image.status === 'killed' || image.status === 'deleted' || image.status === 'queued')
        throw await failedImport(asking, id, image.status)
      return null
    },
    { ...WAIT, signal: run.signal, pausePoint: () => run.pausePoint(), timeoutMs: 6 * 3_600_000, what: 'The import' },
  )
}

async function failedImport({ session, through }: Asking, id: string, status: string): Promise<AppError> {
  const answer = await through(() =>
    session.askPatiently({ method: 'GET', path: `images/${id}/tasks`, what: 'read its tasks', okStatuses: [200, 404, 403] }),
  )
  const { tasks = [] } = answer.status === 200 ? (JSON.parse(answer.body.toString('utf8')) as { tasks?: { message?: string }[] }) : {}
  const said = tasks.map(({ message = '' }) => message).find((message) => message !== '')
  return new AppError('upload-incomplete', {
    details: { service: 'Glance', reason: said ?? `The image is ${status}`, next: 'Try again with the way “Straight into the image”.' },
  })
}

function gone(): AppError {
  return new AppError('cloud-not-found', { details: { service: 'Glance', what: 'The image that was made for this upload' } })
}

/** Deletes an image; one that is gone already is deleted. */
export async function deleteImage(session: OpenStackSession, id: string, label: string): Promise<void> {
  const request = { method: 'DELETE' as const, path: `images/${id}`, what: `delete ${label}`, okStatuses: [204, 404] }
  try {
    await session.askPatiently(request)
  } catch (thrown) {
    if (toAppError(thrown).code !== 'cloud-denied') throw thrown
    await setProtected(session, id, false)
    await session.askPatiently(request)
  }
}

export async function setProtected(session: OpenStackSession, id: string, value: boolean): Promise<void> {
  await session.askPatiently({
    method: 'PATCH',
    path: `images/${id}`,
    headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
    body: JSON.stringify([{ op: 'replace', path: '/protected', value }]),
    what: value ? 'protect the image' : 'take the protection off the image',
  })
}
