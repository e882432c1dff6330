import { parseArgument } from './parse-argument.js'

export interface ConsoleSpec {
  /** `ttyS0`, `tty0`, `hvc0`, or empty for none. */
  readonly device: string
  /** What follows the first comma, as it stands there. */
  readonly options: string
}

/** The value of a `console=`. */
export function parseConsole(value: string): ConsoleSpec {
  const comma = value.indexOf(',')
  return comma < 0 ? { device: value, options: '' } : { device: value.slice(0, comma), options: value.slice(comma + 1) }
}

export interface LineSettings {
  readonly baud: number
  readonly parity: 'n' | 'o' | 'e'
  readonly bits: number
  readonly flow: boolean
}

/**
 * Serial line settings `BAUD[PARITY[BITS[r]]]`; what is not given is as in the default `9600n8`
 * (Documentation/admin-guide/serial-console.rst). Null for anything else.
 */
export function parseLineSettings(options: string): LineSettings | null {
  const [, baud, parity = 'n', bits = '8', flow] = /^(\d{2,7})(?:([noe])(?:([5-8])(r)?)?)?$/.exec(options) ?? []
  if (baud === undefined) return null
  return { baud: Number(baud), parity: parity as LineSettings['parity'], bits: Number(bits), flow: flow !== undefined }
}

/**
 * Index of the argument that names `/dev/console`: the last `console=` of the command line
 * (https://docs.kernel.org/admin-guide/serial-console.html). -1 when there is none.
 */
export function primaryConsole(args: readonly string[]): number {
  return args.findLastIndex((arg) => {
    const { key, value } = parseArgument(arg)
    return key === 'console' && value !== null
  })
}
