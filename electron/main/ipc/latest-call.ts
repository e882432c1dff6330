import { AppError } from '#shared/errors/app-error'

/**
 * One call at a time: a new one takes the place of the one before, which is stopped and ends as `cancelled`. For answers that nobody looks at
 * any more once the question has changed.
 */
export function latestOnly<Input, Output>(work: (input: Input, signal: AbortSignal) => Promise<Output>): (input: Input) => Promise<Output> {
  let latest: AbortController | undefined
  return async (input) => {
    latest?.abort()
    const own = new AbortController()
    latest = own
    const answer = await work(input, own.signal)
    if (own.signal.aborted) throw new AppError('cancelled')
    return answer
  }
}
