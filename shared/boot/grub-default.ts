import { setArgsOfText } from './arg-lines.js'
import { checkArg, splitArgs } from './kernel-args.js'
import { readShellVars, setShellVar } from './shell-vars.js'

export type GrubArgsVariable = 'GRUB_CMDLINE_LINUX' | 'GRUB_CMDLINE_LINUX_DEFAULT'

export interface GrubDefault {
  /** For every entry. */
  readonly cmdlineLinux: readonly string[]
  /** For normal entries, after `cmdlineLinux`. */
  readonly cmdlineLinuxDefault: readonly string[]
  /** For recovery entries; `single` where the file does not say. */
  readonly cmdlineLinuxRecovery: readonly string[]
  /** Seconds as text; -1 waits. */
  readonly timeout: string | null
  readonly timeoutStyle: string | null
  /** Number, title, id, or `saved`. */
  readonly default: string | null
  readonly saveDefault: boolean
  /** GRUB_TERMINAL, or its output or input half. */
  readonly terminal: string | null
  readonly terminalInput: string | null
  readonly terminalOutput: string | null
  readonly serialCommand: string | null
  readonly enableBlscfg: boolean
  readonly disableRecovery: boolean
  readonly disableSubmenu: boolean
  readonly distributor: string | null
}

/**
 * What /etc/default/grub, or a drop-in of /etc/default/grub.d, says to grub-mkconfig (GRUB manual, "Simple configuration
 * handling"). `$NAME` of a variable that another file sets stays as an argument of its own.
 */
export function readGrubDefault(text: string): GrubDefault {
  const variables = readShellVars(text)
  const value = (name: string) => variables.get(name) ?? null
  const args = (name: string) => splitLeniently(variables.get(name) ?? '')
  const isTrue = (name: string) => variables.get(name) === 'true'
  return {
    cmdlineLinux: args('GRUB_CMDLINE_LINUX'),
    cmdlineLinuxDefault: args('GRUB_CMDLINE_LINUX_DEFAULT'),
    cmdlineLinuxRecovery: variables.has('GRUB_CMDLINE_LINUX_RECOVERY') ? args('GRUB_CMDLINE_LINUX_RECOVERY') : ['single'],
    timeout: value('GRUB_TIMEOUT'),
    timeoutStyle: value('GRUB_TIMEOUT_STYLE'),
    default: value('GRUB_DEFAULT'),
    saveDefault: isTrue('GRUB_SAVEDEFAULT'),
    terminal: value('GRUB_TERMINAL'),
    terminalInput: value('GRUB_TERMINAL_INPUT') ?? value('GRUB_TERMINAL'),
    terminalOutput: value('GRUB_TERMINAL_OUTPUT') ?? value('GRUB_TERMINAL'),
    serialCommand: value('GRUB_SERIAL_COMMAND'),
    enableBlscfg: isTrue('GRUB_ENABLE_BLSCFG'),
    disableRecovery: isTrue('GRUB_DISABLE_RECOVERY'),
    disableSubmenu: ['true', 'y'].includes(variables.get('GRUB_DISABLE_SUBMENU') ?? ''),
    distributor: value('GRUB_DISTRIBUTOR'),
  }
}

/**
 * The file with `args` in that variable; everything else stays, kept arguments with the blanks before them.
 * @throws AppError `argument-invalid` when an argument cannot be one, or those that stand there cannot be split;
 * `edit-conflict` when the file cannot say it.
 */
export function setGrubDefaultArgs(text: string, which: GrubArgsVariable, args: readonly string[]): string {
  args.forEach(checkArg)
  const value = readShellVars(text).get(which) ?? null
  if (value === null) return args.length === 0 ? text : setShellVar(text, which, args.join(' '))
  return setShellVar(text, which, setArgsOfText(value, args, asLine(value)))
}

function splitLeniently(value: string): string[] {
  try {
    return splitArgs(asLine(value))
  } catch {
    return value.split(/\s+/).filter((part) => part !== '')
  }
}

function asLine(value: string): string {
  return value.replace(/[\r\n\0]/g, ' ')
}
