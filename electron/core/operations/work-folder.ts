import fs from 'node:fs/promises'
import { partPath } from '../files/atomic-output.js'
import type { JobContext } from './job-context.js'

/**
 * A private folder for working copies, beside the output: on its file system, and named after the job, so that what a crash leaves is
 * found. Made when it is first asked for; it goes away with the job.
 */
export function workFolder(ctx: JobContext, output: string): () => Promise<string> {
  const folder = partPath(output, `${ctx.jobId}.work`)
  let made: Promise<string> | undefined
  const make = async (): Promise<string> => {
    const release = ctx.claim('folder', folder)
    ctx.defer(async () => {
      await fs.rm(folder, { recursive: true, force: true })
      release()
    })
    await fs.mkdir(folder, { mode: 0o700 })
    return folder
  }
  return () => {
    made ??= make()
    return made
  }
}
