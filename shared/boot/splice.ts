export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text with all those stretches replaced at once. They do not overlap. */
export function spliceAll(text: string, splices: readonly Splice[]): string {
  const parts: string[] = []
  let at = 0
  for (const splice of splices.toSorted((left, right) => left.start - right.start)) {
    parts.push(text.slice(at, splice.start), splice.text)
    at = splice.end
  }
  parts.push(text.slice(at))
  return parts.join('')
}
