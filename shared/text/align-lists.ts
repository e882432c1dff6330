/** One row of two lists laid side by side: an index into each, null where the list has nothing there. */
export type AlignedRow =
  | { readonly before: number; readonly after: number }
  | { readonly before: number; readonly after: null }
  | { readonly before: null; readonly after: number }

/** Above this many cells the table costs more than an exact alignment is worth: 4 M cells are 16 MB. */
const MAX_CELLS = 4_000_000

/**
 * Aligns two lists by their longest common subsequence; in a changed stretch all removals stand before the additions.
 * Very long changed stretches (more than 4 M pairs) are shown as wholly replaced.
 */
export function alignLists(before: readonly string[], after: readonly string[]): AlignedRow[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1
  let tail = 0
  const most = Math.min(before.length, after.length) - head
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1

  const rows: AlignedRow[] = []
  for (let at = 0; at < head; at += 1) rows.push({ before: at, after: at })
  const middle = alignMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail), head)
  // One by one: as arguments of a call, very long lists exhaust the stack.
  for (const row of middle) rows.push(row)
  for (let left = tail; left > 0; left -= 1) rows.push({ before: before.length - left, after: after.length - left })
  return rows
}

function alignMiddle(before: readonly string[], after: readonly string[], base: number): AlignedRow[] {
  const matches = before.length * after.length > MAX_CELLS ? [] : commonPairs(before, after)
  const rows: AlignedRow[] = []
  let left = 0
  let right = 0
  for (const [matchLeft, matchRight] of [...matches, [before.length, after.length] as const]) {
    for (; left < matchLeft; left += 1) rows.push({ before: base + left, after: null })
    for (; right < matchRight; right += 1) rows.push({ before: null, after: base + right })
    if (left < before.length && right < after.length) rows.push({ before: base + left, after: base + right })
    left += 1
    right += 1
  }
  return rows
}

function commonPairs(before: readonly string[], after: readonly string[]): (readonly [number, number])[] {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  const length = (left: number, right: number) => lengths[left * width + right] ?? 0
  for (let left = before.length - 1; left >= 0; left -= 1) {
    for (let right = after.length - 1; right >= 0; right -= 1) {
      lengths[left * width + right] =
        before[left] === after[right] ? length(left + 1, right + 1) + 1 : Math.max(length(left + 1, right), length(left, right + 1))
    }
  }
  const pairs: (readonly [number, number])[] = []
  let left = 0
  let right = 0
  while (left < before.length && right < after.length) {
    if (before[left] === after[right]) {
      pairs.push([left, right])
      left += 1
      right += 1
    } else if (length(left + 1, right) >= length(left, right + 1)) left += 1
    else right += 1
  }
  return pairs
}
