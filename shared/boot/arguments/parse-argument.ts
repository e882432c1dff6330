export interface ParsedArgument {
  readonly key: string
  /** What the reader gets to see: quotes around it are gone. Null for a bare flag. */
  readonly value: string | null
}

/**
 * Name and value as the kernel reads them: quotes around the whole argument or around the value are dropped, those
 * within stay (Linux lib/cmdline.c, `next_arg`). Never throws.
 */
export function parseArgument(arg: string): ParsedArgument {
  const text = arg.startsWith('"') ? withoutLastQuote(arg.slice(1)) : arg
  const equals = text.indexOf('=', 1)
  if (equals < 0) return { key: text, value: null }
  const value = text.slice(equals + 1)
  return { key: text.slice(0, equals), value: value.startsWith('"') ? withoutLastQuote(value.slice(1)) : value }
}

function withoutLastQuote(text: string): string {
  return text.endsWith('"') ? text.slice(0, -1) : text
}

const ON = new Set(['1', 'yes', 'y', 'true', 't', 'on'])
const OFF = new Set(['0', 'no', 'n', 'false', 'f', 'off'])

/** On or off, as a switch is given; null for what is neither. A bare flag is on. */
export function parseSwitch(value: string | null): boolean | null {
  if (value === null || ON.has(value.toLowerCase())) return true
  return OFF.has(value.toLowerCase()) ? false : null
}
