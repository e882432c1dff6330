/** How many mistakes are forgiven against a candidate of this length: a third of its characters, at least one. */
const THIRD = (length: number) => Math.max(1, Math.floor(length / 3))

/** The candidate that was probably meant: at most a third of its characters (and at least one) mistyped, swapped or missing. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  return closestAll(word, candidates, THIRD)[0]
}

/**
 * Every candidate within reach, nearest first; equally near ones keep their order.
 * `reach` says how many mistakes are forgiven against a candidate of the given length.
 */
export function closestAll(word: string, candidates: readonly string[], reach: (length: number) => number): string[] {
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate, reach(candidate.length)) }))
    .filter(({ distance }) => Number.isFinite(distance))
    .sort((one, other) => one.distance - other.distance)
    .map(({ candidate }) => candidate)
}

/**
 * Insertions, deletions, replacements and swaps of neighbours (optimal string alignment);
 * infinite when there are more than `most`, which ends the measuring early.
 */
export function editDistance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return Number.POSITIVE_INFINITY
  let before: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + Number(!same),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    // A swap reaches back two rows, so one row above the bound does not yet decide.
    if (Math.min(...current) > most && Math.min(...previous) > most) return Number.POSITIVE_INFINITY
    before = previous
    previous = current
  }
  const distance = previous[to.length] ?? 0
  return distance <= most ? distance : Number.POSITIVE_INFINITY
}
