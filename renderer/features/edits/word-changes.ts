import { alignLists } from '#shared/text/align-lists'

/** A stretch of both texts that differs: characters `fromA` to `toA` of the one became `fromB` to `toB` of the other. */
export interface TextChange {
  readonly fromA: number
  readonly toA: number
  readonly fromB: number
  readonly toB: number
}

function words(text: string): string[] {
  return text.match(/\n|[^\S\n]+|\S+/g) ?? []
}

/** Differences by whole words: a changed argument is shown whole, never as the letters that happen to differ. */
export function wordChanges(before: string, after: string): TextChange[] {
  const left = words(before)
  const right = words(after)
  const changes: TextChange[] = []
  let a = 0
  let b = 0
  let open: { fromA: number; fromB: number } | null = null
  const close = () => {
    if (open !== null) changes.push({ ...open, toA: a, toB: b })
    open = null
  }
  for (const row of alignLists(left, right)) {
    if (row.before !== null && row.after !== null) close()
    else open ??= { fromA: a, fromB: b }
    if (row.before !== null) a += left[row.before]?.length ?? 0
    if (row.after !== null) b += right[row.after]?.length ?? 0
  }
  close()
  return changes
}
