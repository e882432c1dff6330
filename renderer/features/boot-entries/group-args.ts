import { argKey } from '#shared/boot/kernel-args'

export const ARG_GROUPS = ['Root', 'Console', 'Ignition', 'Network', 'Other'] as const
export type ArgGroup = (typeof ARG_GROUPS)[number]

const ROOT_KEYS = new Set([
  'root',
  'rootfstype',
  'rootflags',
  'rootwait',
  'rootdelay',
  'ro',
  'rw',
  'ostree',
  'resume',
  'boot',
  'mount.usr',
  'mount.usrfstype',
  'mount.usrflags',
  'systemd.volatile',
])
const ROOT_PREFIXES = ['rd.luks', 'rd.lvm', 'rd.md', 'luks.', 'root.']
const CONSOLE_KEYS = new Set([
  'console',
  'earlycon',
  'earlyprintk',
  'quiet',
  'loglevel',
  'debug',
  'ignore_loglevel',
  'printk.time',
  'nomodeset',
  'rhgb',
  'splash',
  'vga',
])
const NETWORK_KEYS = new Set([
  'ip',
  'nameserver',
  'rd.neednet',
  'bootdev',
  'bond',
  'team',
  'vlan',
  'bridge',
  'ifname',
  'net.ifnames',
  'biosdevname',
  'rd.route',
  'rd.peerdns',
  'netdev',
  'nfsroot',
])
const NETWORK_PREFIXES = ['rd.net.', 'ipv6.', 'systemd.network']
const IGNITION_KEYS = new Set(['flatcar.first_boot', 'flatcar.oem.id', 'coreos.first_boot', 'coreos.oem.id'])
const IGNITION_PREFIXES = ['ignition.', 'coreos.inst', 'combustion.']

/** For display only: the order within the real list is what counts, and the text view shows it. */
export function argGroup(arg: string): ArgGroup {
  const key = argKey(arg)
  const startsWith = (prefixes: readonly string[]) => prefixes.some((prefix) => key.startsWith(prefix))
  if (ROOT_KEYS.has(key) || startsWith(ROOT_PREFIXES)) return 'Root'
  if (CONSOLE_KEYS.has(key)) return 'Console'
  if (IGNITION_KEYS.has(key) || startsWith(IGNITION_PREFIXES)) return 'Ignition'
  if (NETWORK_KEYS.has(key) || startsWith(NETWORK_PREFIXES)) return 'Network'
  return 'Other'
}

/**
 * Index of the argument that names `/dev/console`: the last `console=` of the command line
 * (https://docs.kernel.org/admin-guide/serial-console.html). -1 when there is none.
 */
export function primaryConsole(args: readonly string[]): number {
  return args.findLastIndex((arg) => argKey(arg) === 'console' && arg.includes('='))
}
