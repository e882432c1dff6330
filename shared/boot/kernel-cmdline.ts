import { sameArgs, setArgsOfText } from './arg-lines.js'
import { checkArg, splitArgs } from './kernel-args.js'

/**
 * Arguments of /etc/kernel/cmdline (kernel-install(8)) or of a firmware's cmdline.txt. There are no comments; the lines
 * count as one, joined by blanks, as kernel-install's 90-loaderentry joins them.
 * @throws AppError `argument-invalid` when the text cannot be split.
 */
export function readCmdline(text: string): string[] {
  return splitArgs(asLine(text))
}

/**
 * The file with `args`; the blanks and line ends between kept arguments stay, and so does a final line end or its absence.
 * @throws AppError `argument-invalid` when an argument, or the text that stands there, cannot be parsed.
 */
export function setCmdline(text: string, args: readonly string[]): string {
  args.forEach(checkArg)
  if (sameArgs(readCmdline(text), args)) return text
  return text === '' ? `${args.join(' ')}\n` : setArgsOfText(text, args, asLine(text))
}

function asLine(text: string): string {
  return text.replace(/[\r\n]/g, ' ')
}
