import { AppError, type AppErrorData } from '#shared/errors/app-error'
import type { PauseSwitch } from '../process/pause-switch.js'
import type { LiveJob } from './live-job.js'

export interface AttentionDeps {
  readonly signal: AbortSignal
  readonly gate: PauseSwitch
  readonly asksUser: boolean
}

/**
 * Makes `JobContext.waitForUser`: the job stands still, its record says why, and it goes on when the user resumes it. Whoever asks while it
 * waits already waits for the same answer.
 */
export function createAttention(live: LiveJob, { signal, gate, asksUser }: AttentionDeps): (error: AppErrorData) => Promise<void> {
  let asking: Promise<void> | null = null

  async function ask(error: AppErrorData): Promise<void> {
    const { phase = null, state } = live.current()
    if (signal.aborted) throw new AppError('cancelled')
    gate.set(true)
    live.log(`needs the user: ${error.code}`)
    live.enter({ state, paused: true, attention: error, phase: 'needs sign-in', rate: null, secondsLeft: null, message: 'Paused' })
    try {
      await gate.pass(signal)
    } finally {
      live.change({ attention: null, phase })
    }
  }

  return async (error) => {
    if (!asksUser) throw AppError.fromData(error)
    asking ??= ask(error).finally(() => {
      asking = null
    })
    await asking
  }
}
