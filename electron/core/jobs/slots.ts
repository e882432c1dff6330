import { AppError } from '#shared/errors/app-error'

export interface Slots {
  /** Waits in order of asking; throws `cancelled` when the signal comes first. Returns the function that gives the slot back. */
  take(signal: AbortSignal): Promise<() => void>
}

/** At most `limit` holders at a time. */
export function createSlots(limit: number): Slots {
  let taken = 0
  const queue: (() => void)[] = []

  /** Handed over rather than freed: who asks in the same instant must not slip in between. */
  function release(): void {
    const next = queue.shift()
    if (next) next()
    else taken--
  }

  return {
    async take(signal) {
      if (signal.aborted) throw new AppError('cancelled')
      if (taken >= limit) await turn(queue, signal)
      else taken++
      let held = true
      return () => {
        if (held) release()
        held = false
      }
    },
  }
}

function turn(queue: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = () => {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    const stop = () => {
      queue.splice(queue.indexOf(go), 1)
      reject(new AppError('cancelled'))
    }
    queue.push(go)
    signal.addEventListener('abort', stop, { once: true })
  })
}
