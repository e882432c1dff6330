import { AppError } from '#shared/errors/app-error'

/**
 * How many parts are on their way at once. A busy provider halves it; a row of parts that went well adds one again, up to where it began.
 */
export class Concurrency {
  private current: number
  private good = 0

  constructor(private readonly most: number) {
    this.current = most
  }

  get limit(): number {
    return this.current
  }

  slower(): void {
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
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  for await (const item of items) {
    while (running.size >= concurrency.limit && failures.length === 0) await Promise.race(running)
    await pausePoint?.()
    if (failures.length > 0 || signal.aborted) break
    const task: Promise<void> = work(item, either)
      .catch((thrown: unknown) => {
        failures.push(thrown)
        stop.abort()
      })
      .finally(() => running.delete(task))
    running.add(task)
  }
  await Promise.all(running)
  if (signal.aborted) throw new AppError('cancelled')
  if (failures.length > 0) throw failures[0]
}
