import fs from 'node:fs'
import type { Job } from '#shared/jobs/job'
import { ENDED_STATES } from '#shared/jobs/job-states'
import { findJobProcesses } from './job-processes.js'
import { isAlive } from './process-owner.js'

/**
 * Bytes of memory that boot tests were promised which began before this one, and that their machines have not taken yet: what they have taken
 * is not free any more. Counts those of other processes too. Of two that begin at once, only the later one looks at the other.
 */
export function promisedMemory(jobs: readonly Job[], jobId: string): number {
  const own = jobs.find(({ id }) => id === jobId)
  const before = jobs.filter((job) => isWaitingForMemory(job) && job.id !== jobId && (own === undefined || isBefore(job, own)))
  if (before.length === 0) return 0
  const taken = new Map<string, number>()
  for (const { pid, jobId: owner } of findJobProcesses(new Set(before.map(({ id }) => id))))
    taken.set(owner, (taken.get(owner) ?? 0) + residentBytes(pid))
  return before.reduce((sum, job) => sum + Math.max(0, memoryOf(job) - (taken.get(job.id) ?? 0)), 0)
}

/** It runs, and its machine is or will be on: the steps after the verdict need none. */
function isWaitingForMemory({ kind, state, startedAt, owner, steps }: Job): boolean {
  if (kind !== 'test-boot' || startedAt === null || ENDED_STATES.has(state) || !owner || !isAlive(owner)) return false
  return steps.every((step) => !['keep', 'clean'].includes(step.id) || step.state === 'waiting')
}

function isBefore(one: Job, other: Job): boolean {
  const [first, second] = [one, other].map(({ startedAt, id }) => `${startedAt ?? ''} ${id}`)
  return (first ?? '') < (second ?? '')
}

function memoryOf({ input }: Job): number {
  const machine = typeof input === 'object' && input !== null && 'machine' in input ? input.machine : null
  const bytes = typeof machine === 'object' && machine !== null && 'memoryBytes' in machine ? machine.memoryBytes : 0
  return typeof bytes === 'number' ? bytes : 0
}

/** `VmRSS` of proc(5) `/proc/PID/status`; 0 for a process that has gone. */
function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
