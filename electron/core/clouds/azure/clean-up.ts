import type { FieldValues } from '#shared/clouds/field'
import type { Remote } from '#shared/clouds/upload-plan'
import { toAppError } from '#shared/errors/app-error'
import type { CleanUpReport, CloudContext } from '../cloud-provider.js'
import { deleteEach } from '../transfer/delete-each.js'
import type { UploadJournal } from '../upload-journal.js'
import { type AzureSession, exists, openAzure } from './arm-session.js'
import { askBlob } from './page-blob.js'
import { isOurs } from './resources.js'
import { blobDoor, diskStateOf, endAccess, headBlob } from './upload-place.js'

export async function cleanUpAzure(
  ctx: CloudContext,
  values: FieldValues,
  journal: UploadJournal,
  which: (remote: Remote) => boolean,
): Promise<CleanUpReport> {
  const session = openAzure(ctx, values)
  try {
    return await deleteEach({ journal, which, signal: ctx.signal }, async (remote) => {
      await deleteRemote(session, values, remote)
      return null
    })
  } finally {
    await session.close()
  }
}

/** Only if it is there, and was made by this upload. */
export async function deleteRemote(session: AzureSession, values: FieldValues, { kind, id, label, facts }: Remote): Promise<void> {
  const words = { what: `delete ${label}` }
  const { token = '', version = '' } = facts
  if (kind === 'blob') {
    const door = blobDoor(session, values, id)
    const head = await headBlob(session, door)
    if (head?.mark === token) await askBlob(session, door, { method: 'DELETE', okStatuses: [404], ...words })
    return
  }
  const request = { path: id, version }
  const found = await exists(session, request, words)
  if (found === null || !isOurs(found, token)) return
  // A disk that somebody may still write to can neither be used nor deleted. That it is not whole is no reason to keep it.
  if (kind === 'disk' && diskStateOf(found) === 'ActiveUpload') {
    await endAccess(session, id, label).catch((thrown: unknown) => {
      if (toAppError(thrown).code !== 'upload-incomplete') throw thrown
    })
  }
  try {
    await session.finish({ ...request, method: 'DELETE' }, words)
  } catch (thrown) {
    if (toAppError(thrown).code !== 'cloud-not-found') throw thrown
  }
}
