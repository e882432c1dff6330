const UNKNOWN = /^[^a-zA-Z0-9~^.-]+/
const DIGITS = /^[0-9]*/
const LETTERS = /^[a-zA-Z]*/

/**
 * Compares two versions: negative when `left` is older.
 * UAPI version format specification, https://uapi-group.org/specifications/specs/version_format_specification/
 * (systemd's `strverscmp_improved`).
 */
export function compareVersions(left: string, right: string): number {
  if (left === right) return 0
  let a = left
  let b = right
  for (;;) {
    if (UNKNOWN.test(a)) a = a.replace(UNKNOWN, '')
    if (UNKNOWN.test(b)) b = b.replace(UNKNOWN, '')
    if (a.startsWith('~') || b.startsWith('~')) {
      const order = Number(!a.startsWith('~')) - Number(!b.startsWith('~'))
      if (order !== 0) return order
      a = a.slice(1)
      b = b.slice(1)
    }
    if (a === '' || b === '') return Number(a !== '') - Number(b !== '')
    for (const mark of ['-', '^', '.']) {
      if (!a.startsWith(mark) && !b.startsWith(mark)) continue
      const order = Number(!a.startsWith(mark)) - Number(!b.startsWith(mark))
      if (order !== 0) return order
      a = a.slice(1)
      b = b.slice(1)
    }
    const digits = /^[0-9]/.test(a) || /^[0-9]/.test(b)
    const run = digits ? DIGITS : LETTERS
    const runA = run.exec(a)?.[0] ?? ''
    const runB = run.exec(b)?.[0] ?? ''
    const order = digits ? compareNumbers(runA, runB) : compareText(runA, runB)
    if (order !== 0) return order
    a = a.slice(runA.length)
    b = b.slice(runB.length)
  }
}

/** Decimal digits of any length. A missing number is older than any. */
function compareNumbers(left: string, right: string): number {
  if (left === '' || right === '') return Number(left !== '') - Number(right !== '')
  const a = left.replace(/^0+/, '')
  const b = right.replace(/^0+/, '')
  return a.length === b.length ? compareText(a, b) : a.length - b.length
}

/** By character code, as C's `strcmp` does for these ASCII strings. */
function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
