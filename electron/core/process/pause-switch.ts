import { AppError } from '#shared/errors/app-error'

/** Whether a job is to stand still. */
export interface PauseGate {
  readonly paused: boolean
  /** Resolves at once, or when the job goes on. Throws `cancelled` when the signal comes first. */
  pass(signal?: AbortSignal): Promise<void>
  /** Returns the function that unsubscribes. */
  onChange(listener: (paused: boolean) => void): () => void
}

export interface PauseSwitch extends PauseGate {
  set(paused: boolean): void
  /** Seconds that it was paused so far, since `begin` where that was called. */
  seconds(): number
  /** The work begins: what was paused before was a wait, not a standstill. */
  begin(): void
}

/** Of the timer that keeps the program running; what it does is nothing. */
const KEEP_RUNNING_MS = 60_000

/** `now` gives seconds of a clock that never goes back. */
export function createPauseSwitch(now: () => number): PauseSwitch {
  const listeners = new Set<(paused: boolean) => void>()
  let since: number | undefined
  let total = 0

  const passing = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      // A job that talks to a network alone has nothing open while it stands still, and Node ends a program that waits for nothing.
      const running = setInterval(() => {}, KEEP_RUNNING_MS)
      const stop = () => {
        clearInterval(running)
        leave()
        reject(new AppError('cancelled'))
      }
      const leave = gate.onChange((paused) => {
        if (paused) return
        clearInterval(running)
        leave()
        signal?.removeEventListener('abort', stop)
        resolve()
      })
      signal?.addEventListener('abort', stop, { once: true })
    })

  const gate: PauseSwitch = {
    get paused() {
      return since !== undefined
    },
    set(paused) {
      if (paused === gate.paused) return
      if (since !== undefined) total += now() - since
      since = paused ? now() : undefined
      for (const listener of listeners) listener(paused)
    },
    seconds: () => total + (since === undefined ? 0 : now() - since),
    begin() {
      total = 0
      if (since !== undefined) since = now()
    },
    async pass(signal) {
      while (gate.paused) {
        if (signal?.aborted) throw new AppError('cancelled')
        await passing(signal)
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return gate
}

/** A timer that runs only while the gate is open. Returns the function that clears it. */
export function startDeadline(milliseconds: number, gate: PauseGate | undefined, late: () => void): () => void {
  let left = milliseconds
  let begun = 0
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    left -= performance.now() - begun
  }
  const go = () => {
    begun = performance.now()
    timer = setTimeout(late, Math.max(0, left))
  }
  const leave = gate?.onChange((paused) => (paused ? stop() : go()))
  if (!gate?.paused) go()
  return () => {
    stop()
    leave?.()
  }
}
