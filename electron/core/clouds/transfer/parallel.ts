import { setMaxListeners } from 'node:events'
import { AppError } from '#shared/errors/app-error'

/**
 * How many parts are on their way at once. A busy provider halves it; a row of parts that went well adds one again, up to where it began.
 */
export class Concurrency {
  private current: number
  private good = 0
  private begun = 0
  private heeded = 0

  constructor(private readonly most: number) {
    this.current = most
  }

  get limit(): number {
    return this.current
  }

  /** Names a piece of work that begins now, for `slower`. */
  begin(): number {
    return ++this.begun
  }

  /**
   * @param number of the work that was refused. Of what was on its way together only the first counts: one refusal of all of them is one sign. Without it each counts
   */
  slower(number = Number.POSITIVE_INFINITY): void {
    if (number <= this.heeded) return
    this.heeded = this.begun
    this.good = 0
    this.current = Math.max(1, Math.floor(this.current / 2))
  }

  wentWell(): void {
    this.good++
    if (this.good < this.current * 2 || this.current >= this.most) return
    this.good = 0
    this.current++
  }
}

export interface ParallelOptions {
  readonly concurrency: Concurrency
  readonly signal: AbortSignal
  /** Awaited before each item: stands still while the job is paused. */
  readonly pausePoint?: () => Promise<void>
}

/**
 * Works on items in their order, several at once. The first error ends it: nothing new is begun, what runs is told by `signal` of the call and
 * waited for, and the error is thrown.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T, signal: AbortSignal) => Promise<void>,
  { concurrency, signal, pausePoint }: ParallelOptions,
): Promise<void> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  // Each piece of work listens to it; Node would take more than ten for a leak and say so on stderr.
  setMaxListeners(0, either)
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  const fail = (thrown: unknown): void => {
    failures.push(thrown)
    stop.abort()
  }
  try {
    for await (const item of items) {
      while (running.size >= concurrency.limit && failures.length === 0) await Promise.race(running)
      await pausePoint?.()
      if (failures.length > 0 || signal.aborted) break
      const task: Promise<void> = work(item, either)
        .catch(fail)
        .finally(() => running.delete(task))
      running.add(task)
    }
  } catch (thrown) {
    // The items themselves could not be read, or the pause ended with a cancellation.
    fail(thrown)
  }
  await Promise.all(running)
  if (signal.aborted) throw new AppError('cancelled')
  if (failures.length > 0) throw failures[0]
}
