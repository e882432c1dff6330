import { parseSwitch } from '../parse-argument.js'
import { rule } from './argument-problem.js'
import type { CommandLine, Word } from './command-line.js'

const SHELL = /^\/(usr\/)?bin\/(ba|da|z|k)?sh$|^\/(usr\/)?bin\/busybox$/
const RESCUE_FLAGS = ['single', 'rescue', 'emergency', 'rd.rescue', '-b', 's', 'S', '1']
const RUNLEVELS = [...RESCUE_FLAGS.filter((name) => name !== 'rd.rescue'), '2', '3', '4', '5']
const DEBUG_NAMES = ['initcall_debug', 'boot_delay', 'kgdboc', 'kgdbwait', 'systemd.confirm_spawn', 'drm.debug', 'slub_debug', 'memtest']
const DEBUG_SWITCHES = ['rd.debug', 'rd.udev.debug', 'rd.live.debug']
const LOG_LEVELS = ['systemd.log_level', 'udev.log_level', 'rd.udev.log_level']

const isOn = (word: Word) => parseSwitch(word.value) !== false

function shells(line: CommandLine): Word[] {
  return [
    ...line.all('rd.break', 'break', 'flatcar.autologin'),
    ...line.all('init', 'rdinit').filter(({ value }) => SHELL.test(value ?? '')),
    ...line.all('systemd.debug_shell', 'rd.systemd.debug_shell', 'systemd.crash_shell').filter(isOn),
  ]
}

function rescueModes(line: CommandLine): Word[] {
  const target = /^(rescue|emergency)\.(target|service)$/
  return [...line.all(...RESCUE_FLAGS), ...line.all('systemd.unit', 'rd.systemd.unit').filter(({ value }) => target.test(value ?? ''))]
}

function debugAids(line: CommandLine): Word[] {
  return [
    ...line.all(...DEBUG_NAMES),
    ...line.all(...DEBUG_SWITCHES).filter(isOn),
    ...line.all(...LOG_LEVELS).filter(({ value }) => value === 'debug' || value === '7'),
    ...line.all('earlyprintk').filter(({ value }) => value?.endsWith(',keep') === true),
  ]
}

/** Rules on what was useful once and should not ship, and on what ties an image to one machine. */
export const LEFTOVER_CHECKS = [
  rule('leftover-shell', 'warning', (line) =>
    shells(line).map((word) => ({
      words: [word],
      text: `${word.arg} opens a root shell without a password; it should not ship.`,
      fix: line.drop([word]),
    })),
  ),

  rule('leftover-rescue', 'warning', (line) =>
    rescueModes(line).map((word) => ({
      words: [word],
      text: `${word.arg} boots into a rescue shell instead of the system.`,
      fix: line.drop([word]),
    })),
  ),

  rule('boot-target-twice', 'warning', (line) => {
    const words = line.all('systemd.unit', ...RUNLEVELS)
    const last = words.at(-1)
    const others = words.filter((word) => word.arg !== last?.arg)
    if (last === undefined || others.length === 0) return []
    return [
      { words: [...others, last], text: `Different things are to be booted; the last one counts: ${last.arg}.`, fix: line.drop(others) },
    ]
  }),

  rule('leftover-debug', 'info', (line) =>
    debugAids(line).map((word) => ({
      words: [word],
      text: `${word.arg} is for finding errors; it slows the boot or fills the log.`,
      fix: line.drop([word]),
    })),
  ),

  rule('leftover-installer', 'warning', (line) =>
    line.all('coreos.inst.install_dev', 'inst.ks', 'autoinstall').map((word) => ({
      words: [word],
      text: `${word.arg} starts an installation that may overwrite a disk without asking.`,
    })),
  ),

  rule('fixed-machine-id', 'warning', (line) =>
    line
      .all('systemd.machine_id')
      .filter(({ value }) => value !== 'firmware' && value !== null && value !== '')
      .map((word) => ({
        words: [word],
        text: 'Every machine that is made from this image gets the same machine id; DHCP and logs then take them for one.',
        fix: line.drop([word]),
      })),
  ),

  rule('fixed-hostname', 'info', (line) =>
    line.all('systemd.hostname', 'hostname').map((word) => ({
      words: [word],
      text: 'Every machine that is made from this image gets the same host name.',
      fix: line.drop([word]),
    })),
  ),

  rule('hardware-limited', 'info', (line) =>
    line.all('mem', 'maxcpus', 'nr_cpus', 'nosmp').map((word) => ({
      words: [word],
      text: `${word.arg} makes the system use less than the machine has.`,
      fix: line.drop([word]),
    })),
  ),

  rule('cgroup-v1', 'warning', (line) =>
    line
      .all('systemd.unified_cgroup_hierarchy')
      .filter((word) => parseSwitch(word.value) === false)
      .map((word) => ({
        words: [word],
        text: `${word.arg} asks for control groups version 1, which systemd no longer has since version 258.`,
        fix: line.drop([word]),
      })),
  ),
]
