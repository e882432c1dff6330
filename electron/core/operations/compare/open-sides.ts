import fs from 'node:fs/promises'
import type { JobInput } from '#shared/jobs/job-requests'
import type { ImageSource } from '../../guest/source.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { NO_PROGRESS, shareProgress } from '../shared-progress.js'
import { withUnpackedSource } from '../unpack/unpacked-source.js'
import { whileSpaceLasts } from '../watch-space.js'

export interface Sides {
  readonly sources: readonly [left: ImageSource, right: ImageSource]
  /** What was proven of the files that they are packed in, in words. */
  readonly proofs: readonly string[]
}

/**
 * Both disks as qemu can read them. What is packed and cannot be read where it lies is unpacked among the app's own files, where nothing of it
 * outlives the job: a comparison leaves the folders of the images as they are. Throws as `withUnpackedSource`.
 */
export async function openSides(ctx: JobContext, input: JobInput<'compare-images'>): Promise<Sides> {
  const open = (progress: StepProgress): Promise<Sides> => openBoth(ctx, input, progress)
  return ctx.declares('unpack') ? ctx.step('unpack', open) : open(NO_PROGRESS)
}

async function openBoth(ctx: JobContext, input: JobInput<'compare-images'>, progress: StepProgress): Promise<Sides> {
  const { left, leftMember, right, rightMember } = input
  const workDir = ctx.host.dirs.cache
  await fs.mkdir(workDir, { recursive: true, mode: 0o700 })
  const sizes = await Promise.all([left, right].map(bytesOf))
  const [ofLeft, ofRight] = shareProgress(progress, sizes)
  return whileSpaceLasts(ctx, workDir, async (watched) => {
    const one = await withUnpackedSource(watched, { source: left, member: leftMember, workDir, side: 'left' }, ofLeft ?? progress)
    const other = await withUnpackedSource(watched, { source: right, member: rightMember, workDir, side: 'right' }, ofRight ?? progress)
    return { sources: [one.source, other.source], proofs: [...new Set([...one.proofs, ...other.proofs])] }
  })
}

/** A file that is not there is told when it is opened. */
async function bytesOf(file: string): Promise<number> {
  return fs.stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}
