import fs from 'node:fs'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { Job, JobOutput } from '#shared/jobs/job'
import { toJobError } from '../files/checks.js'
import type { Logger } from '../log/logger.js'
import type { Host } from '../process/host.js'
import type { PauseSwitch } from '../process/pause-switch.js'
import type { ClaimKind, JobContext } from '../operations/job-context.js'
import { createAttention } from './attention.js'
import type { DeclaredStep } from './job-definition.js'
import type { JobStore } from './job-store.js'
import type { LiveJob } from './live-job.js'
import { createJobProgress } from './progress.js'

export interface RunJobDeps {
  readonly host: Host
  readonly store: JobStore
  readonly log: Logger
  /** Seconds of a clock that never goes back. */
  readonly now: () => number
  /** Whether there is someone who can be asked to do something before a job goes on. */
  readonly asksUser: boolean
}

export interface PreparedJob {
  readonly steps: readonly DeclaredStep[]
  readonly run: (context: JobContext) => Promise<JobOutput>
}

/** What the user's Cancel and Pause reach a running job by. */
export interface JobSwitches {
  readonly controller: AbortController
  readonly gate: PauseSwitch
}

/** Whether the file system tells that it is gone. */
const IS_PATH: Readonly<Record<ClaimKind, boolean>> = {
  'part-file': true,
  folder: true,
  backup: true,
  container: false,
  'container-image': false,
  'container-layers': false,
}

type Ending = Pick<Job, 'state' | 'output' | 'error'>

/** Runs a job from `running` to its end: steps, clean-ups in reverse, final record. Never rejects. */
export async function runJob(live: LiveJob, prepared: PreparedJob, { controller, gate }: JobSwitches, deps: RunJobDeps): Promise<void> {
  const { store, log } = deps
  const { id } = live.current()
  const { signal } = controller
  // A clock that stands still with the job: what was measured before a pause goes on to hold after it.
  const now = () => deps.now() - gate.seconds()
  const standing = () => (gate.paused ? { rate: null, secondsLeft: null } : {})
  const cleanups: (() => Promise<void> | void)[] = []
  const claims = new Map<string, { readonly kind: ClaimKind; readonly what: string; readonly release: () => void }>()
  const progress = createJobProgress(prepared.steps, now, () => live.change({ ...progress.view(), ...standing() }))
  let claimCount = 0

  const context: JobContext = {
    jobId: id,
    signal,
    host: deps.host.bind({
      signal,
      env: { DISKWRIGHT_JOB: id },
      onCommand: (record, phase) => live.command(record, phase),
      onOutput: (line) => live.log(line),
      gate,
    }),
    pausePoint: () => gate.pass(signal),
    async step(stepId, work) {
      await gate.pass(signal)
      if (signal.aborted) throw new AppError('cancelled')
      const meter = progress.begin(stepId)
      try {
        const result = await work(meter)
        progress.end(stepId, 'done')
        return result
      } catch (error) {
        progress.end(stepId, 'failed')
        throw error
      }
    },
    declares: (stepId) => prepared.steps.some((step) => step.id === stepId),
    commands: () => live.current().commands,
    skip: (stepId) => progress.end(stepId, 'skipped'),
    phase: (phase) => live.change({ phase }),
    waitForUser: createAttention(live, { signal, gate, asksUser: deps.asksUser }),
    message(text) {
      live.change({ message: text })
      live.log(text)
    },
    log: (line) => live.log(line),
    defer: (cleanup) => void cleanups.push(cleanup),
    claim(kind, what) {
      const claimId = `${++claimCount}`
      store.claim(id, { id: claimId, kind, what })
      const release = () => {
        if (claims.delete(claimId)) tryRelease(store, log, id, claimId)
      }
      claims.set(claimId, { kind, what, release })
      return release
    },
  }

  const ending = await settle(prepared, context, live)
  for (const cleanup of cleanups.reverse()) {
    try {
      await cleanup()
    } catch (error) {
      // The job's own result matters more; what stays behind is found again through its claim.
      live.log(`clean-up failed: ${toAppError(error).message}`)
      log.warn('job.cleanup-failed', { id, error: String(error) })
    }
  }
  for (const { kind, what, release } of claims.values()) {
    if (IS_PATH[kind] && !fs.existsSync(what)) release()
  }
  live.enter({
    ...progress.view(),
    ...ending,
    progress: ending.state === 'succeeded' ? 1 : progress.view().progress,
    rate: null,
    secondsLeft: null,
    message: '',
    paused: false,
    ...(gate.seconds() > 0 ? { pausedSeconds: gate.seconds() } : {}),
    endedAt: new Date().toISOString(),
  })
}

async function settle(prepared: PreparedJob, context: JobContext, live: LiveJob): Promise<Ending> {
  try {
    const output = await prepared.run(context)
    return { state: 'succeeded', output, error: null }
  } catch (thrown) {
    const error = toJobError(thrown)
    // Whatever breaks after the user asked to stop breaks because of that; the log has the rest.
    if (context.signal.aborted) {
      live.log(`stopped: ${error.message}`)
      return { state: 'cancelled', output: null, error: new AppError('cancelled').data }
    }
    if (error.code === 'cancelled') return { state: 'cancelled', output: null, error: error.data }
    return { state: 'failed', output: null, error: error.data }
  }
}

/** A claim that stays in the journal is harmless: recovery finds nothing at its path. */
function tryRelease(store: JobStore, log: Logger, id: string, claimId: string): void {
  try {
    store.release(id, claimId)
  } catch (error) {
    log.warn('job.claim-not-released', { id, claimId, error: String(error) })
  }
}
