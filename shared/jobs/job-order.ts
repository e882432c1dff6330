import type { Job } from './job.js'

/** Place in the queue; a record without one stands where it was made. */
export function positionOf(job: Pick<Job, 'position' | 'createdAt'>): number {
  return job.position ?? Date.parse(job.createdAt)
}

/** For `sort`: what begins first comes first. */
export function byPosition(one: Job, other: Job): number {
  return positionOf(one) - positionOf(other) || (one.id < other.id ? -1 : Number(one.id > other.id))
}

/** For `sort`: the order of lists, what begins last comes first. */
export function byPositionLastFirst(one: Job, other: Job): number {
  return byPosition(other, one)
}

/**
 * New positions that put `id` before another one, or last with null; only those that change. The places themselves stay the
 * same set, so they can be moved for ever and stay distinct. Empty where there is nothing to move.
 */
export function movedPositions(queued: readonly Job[], id: string, before: string | null): Map<string, number> {
  const sorted = queued.toSorted(byPosition)
  const moving = sorted.find((job) => job.id === id)
  const others = sorted.filter((job) => job.id !== id)
  const at = before === null ? others.length : others.findIndex((job) => job.id === before)
  if (!moving || at < 0) return new Map()
  const order = [...others.slice(0, at), moving, ...others.slice(at)]
  const places = sorted.map(positionOf)
  return new Map(
    order.flatMap((job, index) => (places[index] === undefined || places[index] === positionOf(job) ? [] : [[job.id, places[index]]])),
  )
}
