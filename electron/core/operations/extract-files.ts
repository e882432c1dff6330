import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { openGuestFiles } from '../guest/guest-files.js'
import { withReader } from '../guest/reader.js'
import { openSource } from '../guest/source.js'
import { findSystemTree } from '../guest/system-tree.js'
import { copyOut } from './copy-out.js'
import { type CopyPlan, planCopy } from './copy-plan.js'
import { viewImage } from './image-view.js'
import { readSource } from './inspect-image.js'
import type { JobContext } from './job-context.js'
import { requireUnchanged } from './require-unchanged.js'

/** More of what was left out is told by its number. */
const TOLD = 20

/**
 * Copies files and folders out of an image, as they are with the edits, into a folder of this machine.
 * Throws `image-changed`, and as `planCopy` and `copyOut` do.
 */
export async function extractFiles(ctx: JobContext, input: JobInput<'extract-files'>): Promise<JobOutput> {
  const source = await openSource(input.source)
  if (input.revision !== undefined && input.revision !== source.revision)
    throw new AppError('image-changed', { details: { path: source.path }, actions: [{ kind: 'reload' }] })
  const { info } = await readSource(ctx.host, source)
  return withReader(ctx.host, source, async (reader) => {
    const files = openGuestFiles(ctx.host, reader)
    const image = { source, info, files, tree: () => findSystemTree(files, info.partitions) }
    const { view, plan } = await ctx.step('read', async () => {
      const opened = await viewImage(image, input.edits)
      return { view: opened, plan: await planCopy(opened, input.items, ctx.signal) }
    })
    const made = await ctx.step('copy', (progress) =>
      copyOut({
        view,
        plan,
        folder: input.folder,
        replace: input.replace,
        keepModes: input.keepModes,
        id: ctx.jobId,
        signal: ctx.signal,
        pausePoint: () => ctx.pausePoint(),
        sources: source.files,
        claim: (kind, what) => ctx.claim(kind, what),
        onBytes: (done) => progress.bytes(done, plan.bytes),
        beforePublish: () => requireUnchanged(source),
      }),
    )
    for (const line of plan.leftOut) ctx.log(`left out: ${line}`)
    return { path: onlyOne(made) ?? path.resolve(input.folder), bytes: plan.bytes, proofs: proofsOf(plan) }
  })
}

function onlyOne(made: readonly string[]): string | undefined {
  return made.length === 1 ? made[0] : undefined
}

function proofsOf({ entries, bytes, leftOut }: CopyPlan): string[] {
  const amount = (kind: string): number => entries.filter((entry) => entry.kind === kind).length
  const parts = [count(amount('file'), 'file'), count(amount('folder'), 'folder'), count(amount('link'), 'link')].filter(
    (part) => part !== '',
  )
  const told = leftOut.slice(0, TOLD).map((line) => `Left out: ${line}`)
  const more = leftOut.length > TOLD ? [`Left out: ${leftOut.length - TOLD} more; the log names them`] : []
  return [`Copied ${parts.join(', ')}; ${formatBytes(bytes)}, each file as long as in the image`, ...told, ...more]
}

function count(amount: number, one: string): string {
  return amount === 0 ? '' : `${amount} ${one}${amount === 1 ? '' : 's'}`
}
