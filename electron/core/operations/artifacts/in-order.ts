/**
 * Works on up to `width` items at one time and hands the results on in the order of the items, one after the other. An item is taken only
 * when there is room for it: however fast the work is, no more than `width` results wait for a slow `next`.
 * The first failure, of the work or of `next`, ends it; what is under way then is waited for and dropped.
 */
export async function inOrder<Item, Result>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
  next: (result: Result) => Promise<void>,
): Promise<void> {
  const underWay: Promise<Result>[] = []
  const start = (item: Item): void => {
    const result = work(item)
    // A later one may fail while an earlier one is waited for; it is heard of when its turn comes.
    result.catch(() => {})
    underWay.push(result)
  }
  try {
    for (const item of items) {
      if (underWay.length >= width) await next(await first(underWay))
      start(item)
    }
    while (underWay.length > 0) await next(await first(underWay))
  } finally {
    await Promise.allSettled(underWay)
  }
}

function first<T>(waiting: Promise<T>[]): Promise<T> {
  const promise = waiting.shift()
  if (promise === undefined) throw new Error('nothing is under way')
  return promise
}
