/** One word of a POSIX shell command that stands for exactly `word` (XCU 2.2.2: nothing is special in single quotes). */
export function shellWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}

/**
 * A copyable command line, for showing and copying only: Diskwright itself never passes a command through a shell. A first word with `=` is quoted, or the shell would take it for an assignment.
 */
export function shellLine(argv: readonly string[]): string {
  return argv.map((word, at) => (at === 0 && word.includes('=') ? `'${word.replaceAll("'", "'\\''")}'` : shellWord(word))).join(' ')
}
