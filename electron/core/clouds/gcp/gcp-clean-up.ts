import type { FieldValues } from '#shared/clouds/field'
import type { Remote } from '#shared/clouds/upload-plan'
import type { CleanUpReport, CloudContext } from '../cloud-provider.js'
import { deleteEach } from '../transfer/delete-each.js'
import type { UploadJournal } from '../upload-journal.js'
import { createGcpClient, type GcpClient, QUICK_POLICY } from './gcp-client.js'
import { removeImage } from './gcp-image.js'
import { objectCalls } from './gcp-object.js'
import { SESSION_KEY } from './gcp-upload.js'

export async function cleanUpGcp(
  ctx: CloudContext,
  values: FieldValues,
  journal: UploadJournal,
  which: (remote: Remote) => boolean,
): Promise<CleanUpReport> {
  const client = createGcpClient(ctx, values, { policy: QUICK_POLICY })
  try {
    return await deleteEach({ journal, which, signal: ctx.signal }, async (remote) => {
      await remove(client, journal, remote)
      return null
    })
  } finally {
    await client.close()
  }
}

async function remove(client: GcpClient, journal: UploadJournal, { kind, id, facts }: Remote): Promise<void> {
  const calls = objectCalls(client, { bucket: facts.bucket ?? '', object: facts.object ?? '' })
  if (kind === 'image') return removeImage(client, facts.project ?? '', id, facts.token ?? '')
  if (kind === 'object') return calls.remove(facts.generation ?? '')
  const session = journal.get<string>(SESSION_KEY)
  if (session === undefined) return
  // It may have become an object just before the break.
  const state = await calls.state(session, '*')
  if (state === null) return
  if ('object' in state) return calls.remove(state.object.generation)
  return calls.abandon(session)
}
