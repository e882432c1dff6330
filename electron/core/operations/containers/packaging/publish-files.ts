import fs from 'node:fs/promises'
import path from 'node:path'
import { discardPart, openPartFile, partPath, publish } from '../../../files/atomic-output.js'
import { outputExists } from '../../../files/checks.js'
import { errnoCode, syncFolder } from '../../../files/sync.js'
import type { JobContext } from '../../job-context.js'
import type { Destination } from './destination.js'

export interface PartOutput {
  readonly part: string
  /** Gives it its name. Throws `output-exists`. */
  publish(replace: boolean): Promise<void>
}

/** A part file or folder beside the destination, which goes away with the job unless it was published. Throws `folder-not-writable`. */
export async function openPart(ctx: JobContext, { target, isFolder }: Extract<Destination, { kind: 'files' }>): Promise<PartOutput> {
  const part = partPath(target, ctx.jobId)
  const release = ctx.claim(isFolder ? 'folder' : 'part-file', part)
  let isPublished = false
  ctx.defer(async () => {
    if (isPublished) return
    await discardPart(part)
    release()
  })
  if (isFolder) await fs.mkdir(part)
  else await openPartFile(target, ctx.jobId)
  return {
    part,
    publish: async (replace) => {
      await (isFolder ? publishWhole(part, target, replace) : publish({ part, target, replace }))
      isPublished = true
      release()
    },
  }
}

/**
 * Gives a finished folder its final name. One that is there stands aside for that instant, under a hidden name that nothing clears away: a
 * crash in between loses neither.
 */
async function publishWhole(part: string, target: string, replace: boolean): Promise<void> {
  const parent = path.dirname(target)
  await syncFolder(part)
  const aside = `${part}.replaced`
  const hadOne = replace && (await renameIfThere(target, aside))
  try {
    // rename(2) takes the place of an empty folder, and of nothing else.
    await fs.rename(part, target)
  } catch (thrown) {
    if (hadOne) await fs.rename(aside, target)
    throw ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errnoCode(thrown)) ? outputExists(target) : thrown
  }
  await syncFolder(parent)
  if (hadOne) await fs.rm(aside, { recursive: true, force: true })
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await fs.rename(from, to)
    return true
  } catch (thrown) {
    if (errnoCode(thrown) === 'ENOENT') return false
    throw thrown
  }
}
