export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/** Runs at most `limit` works at once, the others in the order in which they came. */
export function createTurns(limit: number): Turns {
  let free = limit
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
