import type { Job } from '#shared/jobs/job'
import { processStat } from '../process/process-tree.js'

/** A process, told apart from a later one that got the same pid by its start time. */
export type ProcessOwner = NonNullable<Job['owner']>

/** This process. */
export function currentOwner(): ProcessOwner {
  return { pid: process.pid, startTicks: processStat(process.pid)?.startTicks ?? '' }
}

/** Whether that very process still runs; a zombie does nothing any more. */
export function isAlive(owner: ProcessOwner): boolean {
  const stat = processStat(owner.pid)
  return stat !== undefined && stat.startTicks === owner.startTicks && stat.state !== 'Z' && stat.state !== 'X'
}

export function isSameProcess(one: ProcessOwner, other: ProcessOwner): boolean {
  return one.pid === other.pid && one.startTicks === other.startTicks
}
