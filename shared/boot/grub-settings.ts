import { commandWords, type GrubCommand } from './grub-tree.js'

/** A value and where its word stands in the text. */
export interface GrubSetting {
  readonly value: string
  readonly at: { readonly start: number; readonly end: number }
}

export interface ConsoleBlock {
  /** After the line of the start marker. */
  readonly start: number
  /** Before the line of the end marker. */
  readonly end: number
  readonly text: string
}

export interface NamedSetting extends GrubSetting {
  readonly name: string
}

/** `set name=value` and `name=value` where a menu is read: not in entries, submenus and functions. */
export function findSettings(commands: readonly GrubCommand[]): NamedSetting[] {
  return commands.flatMap((command) => {
    if (command.block !== null) return command.words.length === 0 ? findSettings(command.block.commands) : []
    const words = commandWords(command)
    const word = words[0]?.raw === 'set' ? words[1] : words.length === 1 ? words[0] : undefined
    const equals = word?.raw.indexOf('=') ?? -1
    if (word === undefined || equals <= 0) return []
    const name = word.raw.slice(0, equals)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return []
    return [{ name, value: word.value.slice(equals + 1), at: { start: word.start + equals + 1, end: word.end } }]
  })
}

/** Lines between the markers that Fedora CoreOS's build tools write (coreos-assembler, src/gf-set-platform). */
export function findConsoleBlock(text: string): ConsoleBlock | null {
  const startMark = markerLine(text, '# CONSOLE-SETTINGS-START', 0)
  if (startMark === null) return null
  const endMark = markerLine(text, '# CONSOLE-SETTINGS-END', startMark.after)
  return endMark === null ? null : { start: startMark.after, end: endMark.start, text: text.slice(startMark.after, endMark.start) }
}

function markerLine(text: string, mark: string, from: number): { start: number; after: number } | null {
  for (let at = text.indexOf(mark, from); at >= 0; ) {
    const start = text.lastIndexOf('\n', at) + 1
    const lineEnd = text.indexOf('\n', at)
    const end = lineEnd < 0 ? text.length : lineEnd
    if (text.slice(start, end).trim() === mark) return { start, after: Math.min(text.length, end + 1) }
    at = text.indexOf(mark, end)
  }
  return null
}
