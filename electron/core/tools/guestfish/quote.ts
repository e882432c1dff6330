/**
 * One word of a guestfish(1) command line. Every byte that is not plainly harmless becomes `\xHH`, which guestfish reads back inside
 * double quotes ("ESCAPE SEQUENCES IN DOUBLE QUOTED ARGUMENTS"), so no name can end the word, the line or the quotes.
 */
export function guestfishWord(text: string): string {
  if (text.includes('\0')) throw new TypeError('guestfish words hold no NUL')
  const bytes = [...Buffer.from(text, 'utf8')].map((byte) => {
    const char = String.fromCharCode(byte)
    return /[A-Za-z0-9/._:=,+-]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `"${bytes.join('')}"`
}

/** A command with its arguments, all of them quoted. */
export function guestfishCommand(command: string, args: readonly (string | number)[] = []): string {
  return [command, ...args.map((arg) => (typeof arg === 'number' ? String(arg) : guestfishWord(arg)))].join(' ')
}
