import type { FieldValues } from '#shared/clouds/field'
import type { Remote } from '#shared/clouds/upload-plan'
import { toAppError } from '#shared/errors/app-error'
import type { CleanUpReport, CloudContext } from '../cloud-provider.js'
import type { UploadJournal } from '../upload-journal.js'
import { createGcpClient, type GcpClient, QUICK_POLICY } from './gcp-client.js'
import { removeImage } from './gcp-image.js'
import { objectCalls } from './gcp-object.js'

/** The last made goes first: an image before the object that it is made of. */
export async function cleanUpGcp(
  ctx: CloudContext,
  values: FieldValues,
  journal: UploadJournal,
  which: (remote: Remote) => boolean,
): Promise<CleanUpReport> {
  const client = createGcpClient(ctx, values, { policy: QUICK_POLICY })
  const left: { label: string; reason: string }[] = []
  try {
    for (const remote of journal.remotes().filter(which).toReversed()) {
      try {
        await remove(client, remote)
        await journal.forget(remote.kind, remote.id)
      } catch (thrown) {
        const { data, message } = toAppError(thrown)
        left.push({ label: remote.label, reason: String(data.details.reason ?? message) })
      }
    }
  } finally {
    await client.close()
  }
  return { left }
}

async function remove(client: GcpClient, { kind, id, facts }: Remote): Promise<void> {
  const calls = objectCalls(client, { bucket: facts.bucket ?? '', object: facts.object ?? '' })
  if (kind === 'image') return removeImage(client, facts.project ?? '', id, facts.token ?? '')
  if (kind === 'object') return calls.remove(facts.generation ?? '')
  const session = facts.session ?? ''
  // It may have become an object just before the break.
  const state = await calls.state(session, '*')
  if (state === null) return
  if ('object' in state) return calls.remove(state.object.generation)
  return calls.abandon(session)
}
