/**
 * Fraction 0..1 of a `qemu-img -p` record such as `(62.14/100%)`, or null for any other text.
 * Source: qemu util/qemu-progress.c, `progress_simple_print`.
 */
export function parseProgress(record: string): number | null {
  const match = /^\((\d+(?:\.\d+)?)\/100%\)$/.exec(record.trim())
  if (!match) return null
  return Math.min(1, Number(match[1]) / 100)
}
