import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { DIGESTS } from '#shared/jobs/convert-request'
import type { Job } from '#shared/jobs/job'
import { discardPart, partPath, publish } from '../files/atomic-output.js'
import { sidecarPaths } from '../operations/artifacts/sidecars.js'
import type { Claim } from './job-journal.js'

const inputSchema = z.object({
  output: z.string(),
  digests: z.array(z.enum(DIGESTS)).default([]),
  report: z.boolean().default(false),
  replace: z.boolean().default(false),
})

/**
 * Gives a file beside a result the name that it was about to get when the job was killed: the result had its own by then. It was whole and on
 * stable storage before that. Returns undefined where the claim is nothing of the kind; asked before anything of the job is removed.
 */
export async function finishSidecar({ kind, what }: Claim, job: Job): Promise<(() => Promise<void>) | undefined> {
  const input = inputSchema.safeParse(job.input).data
  if (kind !== 'part-file' || input === undefined) return undefined
  const result = path.join(path.dirname(what), path.basename(input.output))
  const target = sidecarPaths(result, input).find((file) => partPath(file, job.id) === what)
  if (target === undefined || !(await exists(result)) || (await exists(partPath(result, job.id)))) return undefined
  return async () => {
    await publish({ part: what, target, replace: input.replace }).catch(() => discardPart(what))
  }
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null)) !== null
}
