import type { OpenUpload } from '#shared/clouds/cloud-calls'
import { providerForm } from '#shared/clouds/forms'
import { completeValues } from '#shared/clouds/preparation'
import type { Remote } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import type { CleanUpReport, CloudContext } from '../../clouds/cloud-provider.js'
import { openFileJournal, readUploadJournal } from '../../clouds/file-journal.js'
import { cloudProvider } from '../../clouds/providers.js'
import { uploadFolder } from '../../clouds/upload-folders.js'
import type { Dirs } from '../../files/dirs.js'
import { listUploadRecords, removeUpload, requireUploadRecord } from './upload-records.js'

/** Set when an upload has succeeded: its results are no longer things to clean up. */
export const FINISHED_KEY = 'upload.finished'

/** Uploads that were neither finished nor cleaned up, and finished ones that left something to delete; newest first. `isRunning`: those are left out. */
export function listOpenUploads(dirs: Dirs, isRunning: (upload: string) => boolean): OpenUpload[] {
  return listUploadRecords(dirs)
    .filter(({ input }) => !isRunning(input.upload))
    .map(({ input, title, updatedAt }) => {
      const { values, remotes } = readUploadJournal(uploadFolder(dirs, input.upload))
      const finished = values.get(FINISHED_KEY) === true
      const left = [...remotes.values()].filter(({ keepOnSuccess }) => !finished || !keepOnSuccess)
      return { upload: input.upload, provider: input.provider, title, updatedAt, remotes: left, finished }
    })
}

/**
 * Deletes at the provider what an upload left: all of it, or the one thing with the id `only`. An upload of which nothing is left is forgotten, with
 * what was made on this machine to be sent. Throws `job-not-found`.
 */
export async function cleanUpUpload(ctx: CloudContext, upload: string, only?: string): Promise<CleanUpReport> {
  const { dirs } = ctx.host
  const { input } = requireUploadRecord(dirs, upload)
  const provider = await cloudProvider(input.provider)
  const journal = await openFileJournal(uploadFolder(dirs, upload))
  const isFinished = journal.get<boolean>(FINISHED_KEY) === true
  const isMeant = (remote: Remote): boolean => (!isFinished || !remote.keepOnSuccess) && (only === undefined || remote.id === only)
  try {
    const values = completeValues(providerForm(input.provider), input.values, input.facts)
    const meant = journal.remotes().some(isMeant)
    if (only !== undefined && !meant) throw new AppError('cloud-not-found', { details: { what: only, service: provider.form.title } })
    const report = meant ? await provider.cleanUp(ctx, values, journal, isMeant) : { left: [] }
    const isOver = !journal.remotes().some((remote) => !isFinished || !remote.keepOnSuccess)
    if (report.left.length === 0 && (only === undefined || (isFinished && isOver))) removeUpload(dirs, upload)
    return report
  } finally {
    await journal.close().catch(() => {})
  }
}

/** In one line. */
export function labelsOf(left: CleanUpReport['left']): string {
  return left.map(({ label, reason }) => `${label} (${reason})`).join('; ')
}
