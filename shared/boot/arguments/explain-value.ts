import { type ArgumentRow, isSwitch } from './argument-row.js'
import { explainConsole } from './explain-console.js'
import { explainIp } from './explain-network.js'
import { IGNITION_PLATFORMS } from './ignition-platforms.js'
import { parseSwitch } from './parse-argument.js'

type Explain = (value: string) => string | null

const among =
  (words: Readonly<Record<string, string>>): Explain =>
  (value) =>
    Object.hasOwn(words, value) ? (words[value] ?? null) : null

const seconds: Explain = (value) => (/^\d+$/.test(value) ? `${value} ${value === '1' ? 'second' : 'seconds'}` : null)

/** Size with a K, M, G suffix in words; null for what is none (Linux lib/cmdline.c, `memparse`). */
const size: Explain = (value) => {
  const [, number, unit] = /^(\d+)([KMGT])$/i.exec(value) ?? []
  return number === undefined || unit === undefined ? null : `${number} ${unit.toUpperCase()}iB`
}

const LEVELS = ['emergencies', 'alerts', 'critical errors', 'errors', 'warnings', 'notices', 'information', 'debug messages']
const logLevel: Explain = (value) => {
  if (!/^\d{1,2}$/.test(value)) return null
  const level = Number(value)
  if (level === 0) return 'no messages on the console'
  return level > 7 ? 'all messages on the console' : `${LEVELS.slice(0, level).at(-1)} and worse on the console`
}

const device: Explain = (value) => {
  const [, tag, name] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/.exec(value) ?? []
  if (name !== undefined) return `${DEVICE_TAGS[tag ?? '']} ${name}`
  if (value.startsWith('/dev/disk/by-')) return 'a device by a name that stays the same'
  if (value.startsWith('/dev/mapper/')) return `the mapped device ${value.slice('/dev/mapper/'.length)} (LVM, LUKS or multipath)`
  if (/^\/dev\/(?!md\/|cciss\/)[^/]+\/[^/]+$/.test(value)) return `the logical volume ${value.slice('/dev/'.length)}`
  if (value.startsWith('/dev/')) return `the device ${value}; such names may change from boot to boot`
  return null
}
const DEVICE_TAGS: Readonly<Record<string, string>> = {
  UUID: 'the file system with the UUID',
  LABEL: 'the file system with the label',
  PARTUUID: 'the GPT or MBR partition with the id',
  PARTLABEL: 'the GPT partition with the name',
}

const root: Explain = (value) => {
  const found = device(value)
  if (found !== null && value !== '/dev/nfs' && value !== '/dev/ram0') return found
  if (value === '/dev/nfs') return 'the NFS share that nfsroot= names'
  if (value === '/dev/ram0') return 'the initial RAM disk'
  if (/^(dhcp6?)$/.test(value)) return 'what DHCP tells'
  const [, kind] = /^(live|nfs4?|iscsi|cifs|nbd|fcoe|block|tmpfs|gpt-auto|zfs|ZFS)(?=[:=]|$)/.exec(value) ?? []
  return kind === undefined ? null : (ROOT_KINDS[kind.toLowerCase()] ?? null)
}
const ROOT_KINDS: Readonly<Record<string, string>> = {
  live: 'a live image',
  nfs: 'an NFS share',
  nfs4: 'an NFS share, version 4',
  iscsi: 'a disk reached by iSCSI',
  cifs: 'a CIFS share',
  nbd: 'a network block device',
  fcoe: 'a disk reached by Fibre Channel over Ethernet',
  block: 'a block device',
  tmpfs: 'empty memory',
  'gpt-auto': 'the partition whose GPT type says root',
  zfs: 'a ZFS data set',
}

const cloudInitSource: Explain = (value) => {
  const [name = '', ...settings] = value.split(';')
  if (name === '') return null
  const source = /^nocloud(-net)?$/i.test(name) ? 'a seed on a disk, in the image or at an address (NoCloud)' : `the data source ${name}`
  return settings.length === 0 ? source : `${source}, with ${settings.join(', ')}`
}

const target = among({
  'multi-user.target': 'all services, without a graphical login',
  'graphical.target': 'all services and a graphical login',
  'rescue.target': 'a rescue shell with root rights',
  'emergency.target': 'an emergency shell with hardly anything started',
  'emergency.service': 'an emergency shell with hardly anything started',
})

const cpus: Explain = (value) => (/^[\d,:/-]+$/.test(value) ? `processors ${value}` : null)

const EXPLAIN: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  ['console', explainConsole],
  ['earlycon', (value) => (value.startsWith('uart') ? explainConsole(value) : null)],
  ['ip', explainIp],
  ['root', root],
  ['resume', device],
  ['mount.usr', device],
  ['rootfallback', device],
  ['rd.luks.uuid', (value) => `the LUKS volume ${value.replace(/^luks-/, '')}`],
  ['rd.luks.name', (value) => value.replace(/^([^=]+)=(.*)$/, 'the LUKS volume $1 as $2')],
  ['ostree', (value) => /^\/ostree\/boot\.[01]\/([^/]+)\//.exec(value)?.[1]?.replace(/^/, 'a deployment of ') ?? null],
  ['ignition.platform.id', (value) => IGNITION_PLATFORMS.get(value) ?? null],
  ['coreos.inst.platform_id', (value) => IGNITION_PLATFORMS.get(value) ?? null],
  ['ds', cloudInitSource],
  ['loglevel', logLevel],
  ['systemd.unit', target],
  ['rd.timeout', (value) => (value === '0' ? 'waits for ever' : seconds(value))],
  ['rd.retry', seconds],
  ['rd.luks.timeout', (value) => (value === '0' ? 'waits for ever' : seconds(value))],
  ['rootdelay', seconds],
  ['nvme_core.io_timeout', (value) => (value === '4294967295' ? 'never times out' : seconds(value))],
  ['consoleblank', (value) => (value === '0' ? 'never blanks' : seconds(value))],
  ['panic', (value) => (value === '0' ? 'waits for ever' : value.startsWith('-') ? 'restarts at once' : seconds(value))],
  ['crashkernel', (value) => size(value)],
  ['mem', size],
  ['log_buf_len', size],
  ['cma', size],
  ['hugepagesz', size],
  ['default_hugepagesz', size],
  ['init', (value) => (/^\/(usr\/)?bin\/(ba|da|z|k)?sh$/.test(value) ? 'a root shell instead of the system, without a password' : null)],
  ['selinux', among({ 0: 'off', 1: 'on' })],
  ['enforcing', among({ 0: 'permissive: only logs', 1: 'enforcing: refuses' })],
  ['mitigations', among({ off: 'all off', auto: 'all on', 'auto,nosmt': 'all on; second threads are off where needed' })],
  ['net.ifnames', among({ 0: 'kernel names such as eth0', 1: 'names that stay the same, such as ens3' })],
  ['fsck.mode', among({ auto: 'when needed', force: 'always', skip: 'never' })],
  ['transparent_hugepage', among({ always: 'for all programs', madvise: 'for programs that ask', never: 'never' })],
  ['cloud-init', among({ disabled: 'off', enabled: 'on' })],
  ['isolcpus', cpus],
  ['nohz_full', cpus],
  ['rcu_nocbs', cpus],
  ['irqaffinity', cpus],
])

/** What this very value means, beyond what its row says; null when nothing is known of it. */
export function explainValue(row: ArgumentRow, value: string): string | null {
  const explain = EXPLAIN.get(row.name)
  const text = explain === undefined ? null : explain(value)
  if (text !== null || !isSwitch(row)) return text
  const on = parseSwitch(value)
  return on === null ? null : on ? 'on' : 'off'
}
