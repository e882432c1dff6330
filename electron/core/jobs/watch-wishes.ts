export interface WatchWishesOptions {
  /** Jobs of this process that have not ended. */
  readonly active: () => readonly string[]
  readonly look: (id: string) => void
  readonly intervalMs: number
}

/** Looks, while there is an active job, for what other processes ask of it. */
export function watchWishes({ active, look, intervalMs }: WatchWishesOptions): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }

  function lookAtAll(): void {
    const ids = active()
    for (const id of ids) look(id)
    if (ids.length === 0) stop()
  }

  return {
    start() {
      if (timer !== undefined) return
      timer = setInterval(lookAtAll, intervalMs)
      timer.unref()
    },
    stop,
  }
}
