/** Runs `work` on every item, `width` at a time; all end before the first failure is thrown. Returns how many there were. */
export async function inPool<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<number> {
  const waiting = [...items]
  const failures: unknown[] = []
  const next = async (): Promise<void> => {
    while (waiting.length > 0) await work(waiting.shift() as T).catch((failure: unknown) => void failures.push(failure))
  }
  await Promise.all(Array.from({ length: width }, next))
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map(String).join('\n'))
  return items.length
}
