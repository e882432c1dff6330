import { setTimeout as sleep } from 'node:timers/promises'
import type { Core } from '#core/core-api'
import { ENDED_STATES, type Job } from '#shared/jobs/job'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { expect } from 'vitest'
import { mountsOf, processesLeft, processesOf } from './left-behind.js'
import type { Scene } from './scene.js'

export function runJob(core: Core, request: JobRequestDraft): Promise<Job> {
  return core.jobs.wait(core.jobs.start(request).id)
}

/** Resolves as soon as the step runs; false when the job ended before. */
export async function stepRuns(core: Core, id: string, step: string): Promise<boolean> {
  for (;;) {
    const job = core.jobs.get(id)
    if (job.steps.find((candidate) => candidate.id === step)?.state === 'running') return true
    if (ENDED_STATES.has(job.state)) return false
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** The process of a job whose command line matches. */
export async function toolOf(marks: readonly string[], name: string): Promise<number> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const found = processesOf(marks).find((process) => process.endsWith(` ${name}`))
    if (found) return Number.parseInt(found, 10)
    if (performance.now() > deadline) throw new Error(`${name} was never seen running`)
    await sleep(5)
  }
}

/** Nothing of a job that ended without a result: no process, mount, file or claim. */
export async function expectNothingLeft(scene: Scene, core: Core, but: readonly string[] = []): Promise<void> {
  expect(await processesLeft([scene.mark])).toEqual([])
  expect(mountsOf(scene.mark)).toEqual([])
  expect(await scene.leftFiles()).toEqual(but)
  expect(await core.recovery.list()).toEqual([])
}
