import type { FieldValues } from '#shared/clouds/field'
import type { Remote } from '#shared/clouds/upload-plan'
import type { CleanUpReport, CloudContext } from '../cloud-provider.js'
import { deleteEach } from '../transfer/delete-each.js'
import type { UploadJournal } from '../upload-journal.js'
import { createOciClient, type OciClient, QUICK_POLICY } from './oci-client.js'
import { findTagged, imageCall, UPLOAD_TAG } from './oci-image.js'
import { objectCalls, orNull } from './oci-object.js'
import { bucketPath, type ObjectPlace } from './oci-place.js'

export async function cleanUpOci(
  ctx: CloudContext,
  values: FieldValues,
  journal: UploadJournal,
  which: (remote: Remote) => boolean,
): Promise<CleanUpReport> {
  const client = createOciClient(ctx, values, { policy: QUICK_POLICY })
  try {
    return await deleteEach({ journal, which, signal: ctx.signal }, (remote) => remove(client, journal, remote))
  } finally {
    await client.close()
  }
}

/** Why it stays; null when it is gone. */
async function remove(client: OciClient, journal: UploadJournal, { kind, id, facts }: Remote): Promise<string | null> {
  const place: ObjectPlace = { namespace: facts.namespace ?? '', bucket: facts.bucket ?? '', object: facts.object ?? '' }
  const calls = objectCalls(client, place)
  switch (kind) {
    case 'image':
      await orNull(client.call({ ...imageCall(id), method: 'DELETE' }))
      return null
    case 'image-intent': {
      const image = await findTagged(client, facts.compartment ?? '', facts.name ?? '', id)
      if (image !== null) await orNull(client.call({ ...imageCall(image), method: 'DELETE' }))
      return null
    }
    case 'link':
      await calls.removeLinks(id)
      return null
    case 'object':
      return removeObject(calls, facts.md5)
    case 'multipart-upload':
      await calls.abort(id)
      return null
    case 'upload-intent': {
      const before = journal.get<readonly string[]>('oci.before') ?? []
      const pending = (await orNull(calls.pending())) ?? []
      const lost = pending.filter(({ uploadId }) => !before.includes(uploadId))
      if (lost.length > 1) return 'There are several unfinished uploads of that name, and it is not known which one is ours'
      for (const { uploadId } of lost) await calls.abort(uploadId)
      return null
    }
    case 'bucket':
      return removeBucket(client, place, facts.token ?? '')
    default:
      return `Diskwright does not know how to delete a ${kind} there`
  }
}

/** Only what we sent: another object may have taken the name. */
async function removeObject(calls: ReturnType<typeof objectCalls>, md5: string | undefined): Promise<string | null> {
  const there = await calls.head()
  if (there === null || (md5 !== undefined && there.md5 !== md5)) return null
  await calls.remove()
  return null
}

/** Only the one that was created here; Object Storage itself refuses to delete one that is not empty. */
async function removeBucket(client: OciClient, place: ObjectPlace, token: string): Promise<string | null> {
  const { bucket } = place
  const about = {
    service: 'objectstorage' as const,
    path: bucketPath(place),
    what: `delete the bucket ${bucket}`,
    subject: `The bucket ${bucket}`,
  }
  const there = await orNull(client.call<{ freeformTags?: Readonly<Record<string, string>> }>({ ...about, method: 'GET' }))
  if (there?.data.freeformTags?.[UPLOAD_TAG] === token) await orNull(client.call({ ...about, method: 'DELETE' }))
  return null
}
