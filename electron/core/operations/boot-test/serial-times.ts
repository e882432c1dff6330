/** A byte of the console, and when it came in seconds. */
export type SerialTime = readonly [at: number, seconds: number]

const MOST = 8192
const LEAST_SECONDS = 0.01

/** When what a guest wrote has come. Holds so many marks and no more: of a long console they lie wider apart. */
export class SerialTimes {
  private marks: SerialTime[] = []
  private least = LEAST_SECONDS

  /** A piece that begins with byte `at` has come. */
  mark(at: number, seconds: number): void {
    const last = this.marks.at(-1)
    if (last !== undefined && seconds - last[1] < this.least) return
    this.marks.push([at, seconds])
    if (this.marks.length <= MOST) return
    this.marks = this.marks.filter((_, index) => index % 2 === 0)
    this.least *= 2
  }

  all(): readonly SerialTime[] {
    return this.marks
  }
}

/** The marks of a piece, by their place within it; what it begins with has the time of the mark before. */
export function timesWithin(marks: readonly SerialTime[], from: number, to: number): [number, number][] {
  const first = Math.max(
    0,
    marks.findLastIndex(([at]) => at <= from),
  )
  return marks
    .slice(first)
    .filter(([at]) => at < to)
    .map(([at, seconds]): [number, number] => [Math.max(0, at - from), seconds])
}
