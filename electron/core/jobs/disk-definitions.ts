import path from 'node:path'
import type { ChangeTarget } from '#shared/jobs/disk-requests'
import type { JobInput } from '#shared/jobs/job-requests'
import { CHANGE_STEPS } from '../operations/disk/change-copy.js'
import { commitImage } from '../operations/disk/commit-image.js'
import { compactImage } from '../operations/disk/compact-image.js'
import { rebaseImage } from '../operations/disk/rebase-image.js'
import { repairImage } from '../operations/disk/repair-image.js'
import { snapshotImage } from '../operations/disk/snapshot-image.js'
import { whileSpaceLasts } from '../operations/watch-space.js'
import { OUTPUT_STEPS } from '../operations/write-output.js'
import type { JobDefinitions, LockSet } from './job-definition.js'

type DiskJobKind = 'compact-image' | 'snapshot-image' | 'rebase-image' | 'commit-image' | 'repair-image'

/** Shares of the wall time of a compacted image of 10 GiB. */
const OUTPUT_WEIGHTS: Readonly<Record<(typeof OUTPUT_STEPS)[number]['id'], number>> = {
  convert: 0.3,
  compare: 0.2,
  check: 0.02,
  publish: 0.05,
}

interface Changed {
  readonly source: string
  readonly target: ChangeTarget
}

function folderOf({ source, target }: Changed): string {
  return path.dirname(target.mode === 'new-file' ? target.output : source)
}

/** In place, others may not even read: what they read would change below them. */
function locksOf({ source, target }: Changed): LockSet {
  return target.mode === 'new-file' ? { reads: [source], writes: [target.output] } : { reads: [], writes: [source] }
}

function snapshotTitle({ source, action }: JobInput<'snapshot-image'>): string {
  const name = path.basename(source)
  if (action.do === 'create') return `Create snapshot ${action.name} of ${name}`
  return action.do === 'apply' ? `Go back to snapshot ${action.snapshot} of ${name}` : `Delete snapshot ${action.snapshot} of ${name}`
}

/** Jobs that change the file that a disk is in, and not what is in the disk. */
export const diskDefinitions: Pick<JobDefinitions, DiskJobKind> = {
  'compact-image': {
    title: ({ source }) => `Compact ${path.basename(source)}`,
    steps: () => [
      { id: 'read', title: 'Read the image', weight: 0.03 },
      { id: 'trim', title: 'Give back free blocks in an overlay', weight: 0.4 },
      ...OUTPUT_STEPS.map((step) => ({ ...step, weight: OUTPUT_WEIGHTS[step.id] })),
    ],
    locks: locksOf,
    run: (input, context) => whileSpaceLasts(context, folderOf(input), (watched) => compactImage(watched, input)),
  },
  'snapshot-image': {
    title: snapshotTitle,
    steps: () => CHANGE_STEPS,
    locks: locksOf,
    run: (input, context) => whileSpaceLasts(context, folderOf(input), (watched) => snapshotImage(watched, input)),
  },
  'rebase-image': {
    title: ({ source, backing }) =>
      backing === null ? `Flatten ${path.basename(source)}` : `Rebase ${path.basename(source)} to ${path.basename(backing)}`,
    steps: () => CHANGE_STEPS,
    locks: (input) => {
      const { reads, writes } = locksOf(input)
      return { reads: input.backing === null ? reads : [...reads, input.backing], writes }
    },
    run: (input, context) => whileSpaceLasts(context, folderOf(input), (watched) => rebaseImage(watched, input)),
  },
  'commit-image': {
    title: ({ source, into }) => `Commit ${path.basename(source)} into ${path.basename(into)}`,
    steps: () => CHANGE_STEPS,
    locks: ({ source, into, removeOverlay }) => ({ reads: removeOverlay ? [] : [source], writes: removeOverlay ? [source, into] : [into] }),
    run: (input, context) => whileSpaceLasts(context, path.dirname(input.into), (watched) => commitImage(watched, input)),
  },
  'repair-image': {
    title: ({ source, output }) => `Repair ${path.basename(source)} as ${path.basename(output)}`,
    steps: () => CHANGE_STEPS,
    locks: ({ source, output }) => ({ reads: [source], writes: [output] }),
    run: (input, context) => whileSpaceLasts(context, path.dirname(input.output), (watched) => repairImage(watched, input)),
  },
}
