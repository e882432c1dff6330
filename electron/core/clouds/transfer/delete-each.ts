import type { Remote } from '#shared/clouds/upload-plan'
import { AppError, toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { CleanUpReport } from '../cloud-provider.js'
import type { UploadJournal } from '../upload-journal.js'

export interface DeleteEachOptions {
  readonly journal: UploadJournal
  readonly which: (remote: Remote) => boolean
  readonly signal: AbortSignal | undefined
}

/**
 * Deletes what the journal names, the last made first: what was made of something goes before it. `remove` answers null when it is gone, or
 * why it stays; what it throws is why it stays, too. Throws `cancelled` alone.
 */
export async function deleteEach(
  { journal, which, signal }: DeleteEachOptions,
  remove: (remote: Remote) => Promise<string | null>,
): Promise<CleanUpReport> {
  const left: { label: string; reason: string }[] = []
  for (const remote of journal.remotes().filter(which).toReversed()) {
    const reason = await remove(remote).catch((thrown: unknown) => {
      if (signal?.aborted) throw new AppError('cancelled')
      const { title, detail } = describeError(toAppError(thrown).data)
      return `${title}. ${detail}`
    })
    if (reason === null) await journal.forget(remote.kind, remote.id)
    else left.push({ label: remote.label, reason })
  }
  return { left }
}
