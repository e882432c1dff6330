/** One line of the benchmark: two things measured side by side in one run. */
export interface Ratio {
  readonly what: string
  readonly ours: { readonly label: string; readonly ms: number }
  readonly theirs: { readonly label: string; readonly ms: number }
  /** `faster`: theirs / ours must be at least `bound`. `at-most`: ours / theirs must be at most `bound`. */
  readonly kind: 'faster' | 'at-most'
  readonly bound: number
  /** What is compared: milliseconds, unless it says bytes. */
  readonly unit?: 'bytes'
}

export interface RatioVerdict extends Ratio {
  readonly value: number
  readonly met: boolean
}

export function judge(ratio: Ratio): RatioVerdict {
  const value = ratio.kind === 'faster' ? ratio.theirs.ms / ratio.ours.ms : ratio.ours.ms / ratio.theirs.ms
  return { ...ratio, value, met: ratio.kind === 'faster' ? value >= ratio.bound : value <= ratio.bound }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function formatVerdict(verdict: RatioVerdict): string {
  const bound = verdict.kind === 'faster' ? `at least ${verdict.bound} times faster` : `at most ${verdict.bound} times`
  const value = verdict.kind === 'faster' ? `${verdict.value.toFixed(1)} times faster` : `${verdict.value.toFixed(3)} times`
  const amount = (count: number): string =>
    verdict.unit === 'bytes' ? `${(count / 1024 ** 2).toFixed(1)} MiB` : `${(count / 1000).toFixed(3)} s`
  return [
    `${verdict.met ? 'met   ' : 'MISSED'}  ${verdict.what}: ${value} (${bound})`,
    `          ${amount(verdict.ours.ms)}  ${verdict.ours.label}`,
    `          ${amount(verdict.theirs.ms)}  ${verdict.theirs.label}`,
  ].join('\n')
}
