import { AppError } from '#shared/errors/app-error'
import { readDiskSpace } from '../files/disk-space.js'
import type { JobContext } from './job-context.js'

const INTERVAL_MS = 2000
/** Other programs fail badly on a full disk: we stop before it is. */
const RESERVE_BYTES = 8 * 1024 ** 2

/**
 * Runs work that fills the disk of `folder`, and stops it when that is about to be full because something else fills it too.
 * Throws `no-space` then, whatever the work itself threw when it was stopped.
 */
export async function whileSpaceLasts<T>(ctx: JobContext, folder: string, work: (ctx: JobContext) => Promise<T>): Promise<T> {
  const full = new AbortController()
  let problem: AppError | undefined
  const look = async (): Promise<void> => {
    const space = await readDiskSpace(folder).catch(() => null)
    if (space === null || space.freeBytes >= RESERVE_BYTES) return
    const details = { folder, neededBytes: RESERVE_BYTES, freeBytes: space.freeBytes }
    problem = new AppError('no-space', {
      details,
      actions: [{ kind: 'free-space', ...details }, { kind: 'choose-output' }, { kind: 'retry' }],
    })
    full.abort()
  }
  const timer = setInterval(() => void look(), INTERVAL_MS)
  const signal = AbortSignal.any([ctx.signal, full.signal])
  try {
    return await work({ ...ctx, signal, host: ctx.host.bind({ signal }) })
  } catch (thrown) {
    throw problem !== undefined && !ctx.signal.aborted ? problem : thrown
  } finally {
    clearInterval(timer)
  }
}
