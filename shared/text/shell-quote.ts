const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/

/**
 * One line that a POSIX shell would split back into exactly `argv` (POSIX.1-2024 XCU 2.2.2, single quotes).
 * For showing and copying only: Diskwright itself never passes a command through a shell.
 */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ')
}

function shellWord(word: string): string {
  if (PLAIN.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}
