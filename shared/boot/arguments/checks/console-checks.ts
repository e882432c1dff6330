import { parseConsole, parseLineSettings } from '../console.js'
import { isSerial } from '../explain-console.js'
import { rule } from './argument-problem.js'
import type { CommandLine, Word } from './command-line.js'

interface ConsoleWord {
  readonly word: Word
  readonly device: string
  readonly options: string
}

const NONE = new Set(['', 'null', 'ttynull'])

function consoles(line: CommandLine): ConsoleWord[] {
  return line
    .all('console')
    .filter((word) => word.value !== null && !/^(brl|uart(8250)?),/.test(word.value))
    .map((word) => ({ word, ...parseConsole(word.value ?? '') }))
}

/** Rules on consoles and on how much they show. */
export const CONSOLE_CHECKS = [
  rule('console-primary', 'info', (line) => {
    const words = line.all('console').filter((word) => word.value !== null)
    const last = words.at(-1)
    if (last === undefined || new Set(words.map((word) => parseConsole(word.value ?? '').device)).size < 2) return []
    return [
      {
        words: [last],
        text: `${last.arg} is the last console, so it is /dev/console: messages of services and emergency shells appear there.`,
      },
    ]
  }),

  rule('console-off', 'warning', (line) =>
    consoles(line)
      .filter(({ device }) => NONE.has(device))
      .map(({ word }) => ({
        words: [word],
        text:
          line.all('console').length > 1
            ? `${word.arg} throws messages away; it must be the only console= to do so.`
            : `${word.arg} throws all kernel messages away: a machine that does not boot shows nothing.`,
        fix: line.drop([word]),
      })),
  ),

  rule('console-path', 'error', (line) =>
    consoles(line)
      .filter(({ device }) => device.startsWith('/dev/'))
      .map(({ word }) => ({
        words: [word],
        text: `The kernel wants the name of the device only: ${word.value?.slice('/dev/'.length)}.`,
        fix: line.setValue(word, (word.value ?? '').slice('/dev/'.length)),
      })),
  ),

  rule('console-options', 'warning', (line) =>
    consoles(line)
      .filter(({ device, options }) => isSerial(device) && options !== '' && parseLineSettings(options) === null)
      .map(({ word, device, options }) => ({
        words: [word],
        text: `${options} is no setting of a serial line such as 115200n8; the kernel takes what it can read of it.`,
        fix: line.setValue(word, withReadableSettings(device, options)),
      })),
  ),

  rule('console-speed-on-screen', 'info', (line) =>
    consoles(line)
      .filter(({ device, options }) => /^(tty|hvc)\d+$/.test(device) && options !== '')
      .map(({ word, device }) => ({
        words: [word],
        text: `${device} is no serial port, so ${word.value?.slice(device.length + 1)} means nothing to it.`,
        fix: line.setValue(word, device),
      })),
  ),

  rule('console-settings-differ', 'warning', (line) => {
    const all = consoles(line)
    return [...new Set(all.map(({ device }) => device))].flatMap((device) => {
      const same = all.filter((one) => one.device === device)
      const [first] = same
      // `__add_preferred_console` in kernel/printk/printk.c keeps what it was told first.
      const ignored = same.filter((one) => one.options !== first?.options)
      if (first === undefined || ignored.length === 0) return []
      return [
        {
          words: same.map(({ word }) => word),
          text: `${device} is given with different settings; the kernel keeps the first: ${first.word.arg}.`,
          fix: ignored
            .toReversed()
            .flatMap(({ word }) => line.setValue(word, first.options === '' ? device : `${device},${first.options}`)),
        },
      ]
    })
  }),

  rule('quiet-and-debug', 'info', (line) => {
    const quiet = line.all('quiet')
    const loud = line.all('debug', 'ignore_loglevel')
    if (quiet.length === 0 || loud.length === 0) return []
    return [{ words: [...quiet, ...loud], text: `quiet hides what ${loud[0]?.arg} is there to show.`, fix: line.drop(quiet) }]
  }),

  rule('loglevel-before-quiet', 'info', (line) => {
    const quiet = line.last('quiet')
    const level = line.last('loglevel')
    if (quiet === null || level === null || quiet.index < level.index) return []
    return [{ words: [level, quiet], text: `quiet comes later and sets the level itself, usually to 4, so ${level.arg} does nothing.` }]
  }),

  rule('nomodeset', 'info', (line) =>
    line.all('nomodeset').map((word) => ({
      words: [word],
      text: 'nomodeset keeps graphics drivers off: desktops are slow and screens keep the mode of the firmware. Servers do not mind.',
      fix: line.drop([word]),
    })),
  ),
]

function withReadableSettings(device: string, options: string): string {
  const [, baud, parity = 'n'] = /^(\d{2,7})([noe])?/.exec(options) ?? []
  return baud === undefined ? device : `${device},${baud}${parity}8`
}
