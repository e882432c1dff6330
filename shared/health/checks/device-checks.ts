import type { Edit } from '../../edits/edit.js'
import type { BootEntry } from '../../boot/boot-entry.js'
import type { Partition } from '../../images/image-info.js'
import { type HealthCheck, notChecked, pass, type Verdict } from '../check.js'
import { bootableEntries, defaultEntry, type DeviceFact, type FstabFact, type HealthFacts } from '../facts.js'
import { describePartition, entryName } from '../words.js'

/** Names that depend on the order in which the kernel finds disks, and on the driver of the platform. */
const UNSTABLE = /^\/dev\/(?:[shv]d[a-z]+|xvd[a-z]+|nvme\d+n\d+p?|mmcblk\d+p?)\d*$/
/** systemd does not stop for a mount that may fail (systemd.mount(5)). */
const OPTIONAL = ['nofail', 'noauto', 'x-systemd.automount']

/** Devices that boot arguments, fstab and boot loaders name, against those that are there. */
export const DEVICE_HEALTH: readonly HealthCheck[] = [
  {
    id: 'root-device',
    group: 'boot',
    title: 'root= names a file system of the image',
    run: (facts) => {
      const named = devicesOf(facts, ['root'])
      if (named.length === 0) return []
      const lost = named.filter(({ device }) => device.partition === null && canBeTold(device.spec))
      if (lost.length === 0) return pass('Each entry finds its root.', { evidence: evidenceOf(facts, named) })
      return lost.map(({ entry, device }) => ({
        severity: entry.id === defaultEntry(facts)?.id ? 'error' : 'warning',
        about: entry.id,
        title: `root= of ${entry.isDefault ? 'the default entry' : entryName(entry)} names nothing in this image`,
        text: 'The boot stops in the initial RAM disk, waiting for that device.',
        evidence: [`${device.key}=${device.spec}`, ...identities(facts)],
        ...rootFix(facts, entry, device),
      }))
    },
  },
  {
    id: 'other-devices',
    group: 'boot',
    title: 'resume= and boot= name what is there',
    run: (facts) => {
      const named = devicesOf(facts, ['resume', 'boot'])
      const lost = named.filter(({ device }) => device.partition === null && canBeTold(device.spec))
      if (lost.length === 0) return named.length === 0 ? [] : pass('Each names something of this image.')
      return lost.map(({ entry, device }) => ({
        severity: 'warning',
        about: `${device.key}:${entry.id}`,
        title: `${device.key}= names nothing in this image`,
        text: 'The boot waits for that device, up to a minute and a half, before it goes on.',
        evidence: [`${device.key}=${device.spec}`, `entry ${entryName(entry)}`],
        fix: [{ kind: 'kernel-args', entry: entry.id, changes: [{ op: 'delete', arg: `${device.key}=${device.spec}` }] }],
        fixLabel: 'Remove the argument',
      }))
    },
  },
  {
    id: 'unstable-root',
    group: 'boot',
    title: 'root= does not depend on the order of disks',
    run: (facts) => {
      const named = devicesOf(facts, ['root'])
      const unstable = named.filter(({ device }) => UNSTABLE.test(device.spec))
      if (unstable.length === 0) return named.length === 0 ? [] : pass('No entry names a device like /dev/sda1.')
      return unstable.map(({ entry, device }) => ({
        severity: 'warning',
        about: entry.id,
        title: `root=${device.spec} is another disk elsewhere`,
        text: 'The name depends on the driver: /dev/sda becomes /dev/vda, /dev/xvda or /dev/nvme0n1 on another platform.',
        evidence: [`entry ${entryName(entry)}`],
        ...replaceRoot(
          entry,
          device,
          facts.partitions.find(({ number }) => number === device.partition),
        ),
      }))
    },
  },
  {
    id: 'fstab-device',
    group: 'boot',
    title: 'fstab names file systems of the image',
    run: (facts) => {
      const { fstab } = facts
      if (!fstab.known) return notChecked(fstab.why)
      const disks = fstab.value.filter(({ isDisk }) => isDisk)
      const lost = disks.filter(({ row, partition }) => partition === null && canBeTold(row.spec))
      if (lost.length === 0) return disks.length === 0 ? [] : pass('Each mount finds its device.', { evidence: disks.map(describeMount) })
      return lost.map((mount) => ({
        severity: mount.row.type === 'swap' || mount.row.options.some((option) => OPTIONAL.includes(option)) ? 'warning' : 'error',
        about: mount.row.mountPoint,
        title: `fstab mounts ${mount.row.mountPoint} from what is not in this image`,
        text: 'systemd waits a minute and a half for the device and then stops in an emergency shell, unless the mount is nofail.',
        evidence: [describeMount(mount), ...identities(facts)],
        ...fstabFix(mount, likelyPartition(facts, mount.row.mountPoint)),
      }))
    },
  },
  {
    id: 'unstable-fstab',
    group: 'boot',
    title: 'fstab does not depend on the order of disks',
    run: (facts) => {
      if (!facts.fstab.known) return []
      const unstable = facts.fstab.value.filter(({ row }) => UNSTABLE.test(row.spec))
      if (unstable.length === 0) return pass('No mount names a device like /dev/sda1.')
      return unstable.map((mount) => ({
        severity: 'warning',
        about: mount.row.mountPoint,
        title: `fstab mounts ${mount.row.mountPoint} from ${mount.row.spec}`,
        text: 'The name depends on the driver and on the order in which disks are found; a UUID does not.',
        evidence: [describeMount(mount)],
        ...fstabFix(
          mount,
          facts.partitions.find(({ number }) => number === mount.partition),
        ),
      }))
    },
  },
  {
    id: 'boot-loader-search',
    group: 'boot',
    title: 'GRUB finds its boot partition',
    run: ({ searches }) => {
      const all = [...searches].flatMap(([file, devices]) => devices.map((device) => ({ file, device })))
      if (all.length === 0) return []
      const lost = all.filter(({ device }) => device.partition === null)
      if (lost.length === 0) return pass('What it searches for is there.')
      return lost.map(({ file, device }) => ({
        // A script may try one after the other; with none of them it stops.
        severity: all.some((one) => one.file === file && one.device.partition !== null) ? 'warning' : 'error',
        about: `${file}:${device.spec}`,
        title: `GRUB searches for ${device.spec}, and nothing in this image has it`,
        text: 'GRUB stops at its prompt, because it does not find the partition with its configuration or the kernel.',
        evidence: [`${device.key} in ${file}`],
      }))
    },
  },
]

interface Named {
  readonly entry: BootEntry
  readonly device: DeviceFact
}

function devicesOf(facts: HealthFacts, keys: readonly string[]): Named[] {
  return bootableEntries(facts).flatMap((entry) =>
    (facts.argDevices.get(entry.id) ?? []).filter(({ key }) => keys.includes(key)).map((device) => ({ entry, device })),
  )
}

/** A tag or a link to one: an LVM volume, a RAID or another machine's disk may well be there, out of our sight. */
function canBeTold(spec: string): boolean {
  return /^(UUID|LABEL|PARTUUID|PARTLABEL)=/.test(spec) || /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\//.test(spec)
}

function identities({ partitions }: HealthFacts): string[] {
  return partitions.flatMap((partition) =>
    partition.filesystem?.uuid ? [`${describePartition(partition)}: UUID ${partition.filesystem.uuid}`] : [],
  )
}

function evidenceOf(facts: HealthFacts, named: readonly Named[]): string[] {
  const lines = named.map(({ device }) => {
    const partition = facts.partitions.find(({ number }) => number === device.partition)
    return `${device.key}=${device.spec}${partition === undefined ? '' : ` is ${describePartition(partition)}`}`
  })
  return [...new Set(lines)]
}

function describeMount({ row, partition }: FstabFact): string {
  return `${row.spec} on ${row.mountPoint}${partition === null ? '' : `: partition ${partition}`}`
}

/** Where the mount point was surely meant to be: the system's own root, the one ESP, a boot partition by its label or name. */
function likelyPartition(facts: HealthFacts, mountPoint: string): Partition | undefined {
  const { partitions, tree } = facts
  if (mountPoint === '/') return partitions.find(({ number }) => tree.known && number === tree.value.root.partition)
  if (mountPoint === '/boot/efi' || mountPoint === '/efi') {
    const esps = partitions.filter(({ isEsp }) => isEsp)
    return esps.length === 1 ? esps[0] : undefined
  }
  const name = mountPoint.slice(1).toLowerCase()
  const named = partitions.filter(({ name: own, filesystem }) => own?.toLowerCase() === name || filesystem?.label?.toLowerCase() === name)
  return named.length === 1 ? named[0] : undefined
}

function fstabFix({ row }: FstabFact, partition: Partition | undefined): Pick<Verdict, 'fix' | 'fixLabel'> {
  const uuid = partition?.filesystem?.uuid
  if (!partition || !uuid) return {}
  return {
    fix: [{ kind: 'fstab-device', mountPoint: row.mountPoint, device: `UUID=${uuid}` }],
    fixLabel: `Mount partition ${partition.number} by its UUID`,
  }
}

function rootFix(facts: HealthFacts, entry: BootEntry, device: DeviceFact): Pick<Verdict, 'fix' | 'fixLabel'> {
  return replaceRoot(entry, device, likelyPartition(facts, '/'))
}

function replaceRoot(entry: BootEntry, device: DeviceFact, partition: Partition | undefined): Pick<Verdict, 'fix' | 'fixLabel'> {
  const uuid = partition?.filesystem?.uuid
  if (!partition || !uuid || entry.problem !== null) return {}
  const fix: Edit[] = [
    {
      kind: 'kernel-args',
      entry: entry.id,
      changes: [{ op: 'replace', key: device.key, from: device.spec, to: `UUID=${uuid}` }],
      keep: true,
    },
  ]
  return { fix, fixLabel: `Boot from partition ${partition.number} by its UUID` }
}
