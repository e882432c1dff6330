import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#shared/errors/app-error'

export interface PollOptions {
  readonly signal: AbortSignal
  readonly pausePoint: () => Promise<void>
  /** Milliseconds between two looks; grows by half each time up to `maxMs`. */
  readonly firstMs: number
  readonly maxMs: number
  /** Milliseconds after which it is given up as `upload-incomplete`. */
  readonly timeoutMs: number
  /** What is waited for, in words. */
  readonly what: string
  readonly service: string
}

/** Looks again until `look` gives something. `look` throws what cannot get well any more. */
export async function pollUntil<T>(look: () => Promise<T | null>, options: PollOptions): Promise<T> {
  const { signal, pausePoint, firstMs, maxMs, timeoutMs, what, service } = options
  const startedAt = performance.now()
  let pausedMs = 0
  for (let waitMs = firstMs; ; waitMs = Math.min(maxMs, waitMs * 1.5)) {
    const pausedAt = performance.now()
    await pausePoint()
    // Whoever pauses for the night comes back to a job that has as much patience as before.
    pausedMs += performance.now() - pausedAt
    if (signal.aborted) throw new AppError('cancelled')
    const found = await look()
    if (found !== null) return found
    if (performance.now() - startedAt - pausedMs > timeoutMs) {
      throw new AppError('upload-incomplete', {
        details: { service, reason: `${what} took more than ${Math.round(timeoutMs / 60_000)} minutes` },
      })
    }
    await sleep(waitMs, undefined, { signal }).catch(() => {
      throw new AppError('cancelled')
    })
  }
}
