import { mayPass } from './network-failure.js'
import { retryAfterSeconds } from './registry-answer.js'
import { MAX_TRIES, type RegistryLimits } from './registry-limits.js'
import type { RegistryResponse } from './registry-session.js'

export interface RetryOptions {
  readonly limits: RegistryLimits
  readonly signal: AbortSignal | undefined
  /** May be sent again although it may have had an effect already. */
  readonly repeatable: boolean
  /** Its body is gone once it was sent. */
  readonly once: boolean
}

/** Whoever says to come back at once is not asked without end. */
const LEAST_WAIT_MS = 100
const PASSING_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504])

/**
 * Sends until there is an answer that stays: what breaks on its way and 5xx up to three times, with a growing pause; 429, and 503 with
 * `Retry-After`, as long as the registry's waits are short enough in sum. The last answer is returned whatever it is.
 */
export async function sendPatiently(send: () => Promise<RegistryResponse>, options: RetryOptions): Promise<RegistryResponse> {
  const { limits, signal } = options
  let waited = 0
  let busy = 0
  for (let tries = 1; ; tries++) {
    const response = await attempt(send, options.repeatable && tries < MAX_TRIES)
    if (response === null) {
      await limits.wait(backoff(limits, tries), signal)
      continue
    }
    const seconds = retryAfterSeconds(response.headers['retry-after'], Date.now())
    if (!options.once && isBusy(response, seconds)) {
      const pause = seconds === null ? backoff(limits, ++busy + 1) : Math.max(seconds * 1000, limits.backoffMs, LEAST_WAIT_MS)
      if (waited + pause > limits.busyMs) return response
      waited += pause
      tries--
      await response.discard()
      await limits.wait(pause, signal)
      continue
    }
    if (!options.repeatable || tries >= MAX_TRIES || !PASSING_STATUSES.has(response.status)) return response
    await response.discard()
    await limits.wait(backoff(limits, tries), signal)
  }
}

/** The answer; null when it broke in a way that may pass and there is a further try. */
async function attempt(send: () => Promise<RegistryResponse>, again: boolean): Promise<RegistryResponse | null> {
  try {
    return await send()
  } catch (thrown) {
    if (again && mayPass(thrown)) return null
    throw thrown
  }
}

/** 429 was not begun, and is no failure: it may be sent again even where it changes something. */
function isBusy({ status }: RegistryResponse, retryAfter: number | null): boolean {
  return status === 429 || (status === 503 && retryAfter !== null)
}

function backoff({ backoffMs }: RegistryLimits, tries: number): number {
  return backoffMs * 2 ** (tries - 1) * (1 + Math.random() / 2)
}
