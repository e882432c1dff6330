import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { ErrorCode } from '#shared/errors/app-error'

/** What may be well the next time. All else is told at once: asking again does not change it. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['cloud-unreachable', 'cloud-busy', 'cloud-failed'])

export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number
  /** Milliseconds before the second try; doubled before each further one, and shortened by chance so that many do not come back at once. */
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

/** For one part: research on what drops in practice asks for six tries of it before the whole upload is given up. */
export const PART_POLICY: RetryPolicy = { attempts: 6, firstDelayMs: 500, maxDelayMs: 30_000 }

export interface RetryOptions {
  readonly policy?: RetryPolicy
  readonly signal: AbortSignal | undefined
  /** Told before each wait. */
  readonly onRetry?: (error: AppError, attempt: number, delayMs: number) => void
  /** 0..1, for tests. */
  readonly random?: () => number
}

/**
 * Tries again what a network or a busy provider broke. An error's detail `retryAfter` (seconds) is obeyed up to five minutes.
 * Throws the last error; `cancelled` when the signal comes first.
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { policy = PART_POLICY, signal, onRetry, random = Math.random } = options
  for (let attempt = 1; ; attempt++) {
    if (isAborted(signal)) throw new AppError('cancelled')
    try {
      return await work(attempt)
    } catch (thrown) {
      if (isAborted(signal)) throw new AppError('cancelled', { cause: thrown })
      const error = toAppError(thrown)
      if (!PASSING.has(error.code) || attempt >= policy.attempts) throw error
      const delayMs = delayBefore(error, attempt, policy, random)
      onRetry?.(error, attempt, delayMs)
      await sleep(delayMs, undefined, signal ? { signal } : {}).catch(() => {
        throw new AppError('cancelled')
      })
    }
  }
}

const MAX_ASKED_MS = 5 * 60_000

function delayBefore(error: AppError, attempt: number, policy: RetryPolicy, random: () => number): number {
  const asked = Number(error.data.details.retryAfter ?? Number.NaN)
  if (Number.isFinite(asked) && asked >= 0) return Math.min(asked * 1000, MAX_ASKED_MS)
  const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1))
  return Math.round(full * (0.5 + random() / 2))
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}
