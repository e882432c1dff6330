import type { BootEntry } from '../../boot/boot-entry.js'
import type { Partition } from '../../images/image-info.js'
import { ESP_GUID } from '../../images/partition-types.js'
import { planRetarget } from '../../platforms/plan-retarget.js'
import type { PlatformId } from '../../platforms/platform.js'
import { platform as platformRow } from '../../platforms/platforms.js'
import { runCheck } from '../check.js'
import { HEALTH_CHECKS } from '../check-health.js'
import { type HealthFacts, known, LEFTOVER_TOPICS, type LeftoverFacts, type LeftoverTopic } from '../facts.js'
import type { Finding } from '../finding.js'

const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
const BIOS_BOOT = '21686148-6449-6E6F-744E-656564454649'
export const ROOT_UUID = '6f1c2c4e-8a0b-4c3d-9e5f-0a1b2c3d4e5f'
const ENTRY_ID = '3:/loader/entries/a.conf'
const MIB = 1024 ** 2

export function samplePartition(number: number, more: Partial<Partition> = {}): Partition {
  return {
    number,
    startBytes: number * 1024 * MIB,
    sizeBytes: 1024 * MIB,
    type: LINUX,
    typeName: 'Linux file system',
    name: null,
    uuid: `0000000${number}-aaaa-4000-8000-000000000000`,
    bootable: false,
    isEsp: false,
    filesystem: {
      kind: 'ext',
      type: 'ext4',
      label: `part${number}`,
      uuid: `0000000${number}-0000-4000-8000-000000000000`,
      usedBytes: 100 * MIB,
      clean: true,
    },
    ...more,
  }
}

export const ESP = samplePartition(1, {
  type: ESP_GUID,
  typeName: 'EFI system',
  isEsp: true,
  filesystem: { kind: 'fat', type: 'vfat (FAT32)', label: 'EFI-SYSTEM', uuid: '1A2B-3C4D', usedBytes: MIB, clean: true },
})
export const BIOS_PARTITION = samplePartition(2, { type: BIOS_BOOT, typeName: 'BIOS boot', filesystem: null })
export const ROOT = samplePartition(3, {
  filesystem: { kind: 'ext', type: 'ext4', label: 'root', uuid: ROOT_UUID, usedBytes: 100 * MIB, clean: true },
})

export function sampleEntry(args: string, more: Partial<BootEntry> = {}): BootEntry {
  const list = args.split(' ').filter((arg) => arg !== '')
  return {
    id: ENTRY_ID,
    loader: 'bls',
    file: ENTRY_ID,
    partition: 3,
    path: '/loader/entries/a.conf',
    realPath: '/loader/entries/a.conf',
    title: 'Debian GNU/Linux 12',
    submenu: [],
    version: '6.1.0-21-amd64',
    linux: '/vmlinuz',
    efi: null,
    initrds: ['/initrd.img'],
    devicetree: null,
    sortKey: null,
    machineId: null,
    counter: null,
    enabled: true,
    args: list,
    origins: list.map(() => 0),
    sources: [{ file: ENTRY_ID, what: 'options', shared: false }],
    isDefault: true,
    defaultReason: 'highest version',
    problem: null,
    ...more,
  }
}

const ARGS = `root=UUID=${ROOT_UUID} ro console=tty0 console=ttyS0,115200n8 rootdelay=300`

/** An image with which nothing is wrong, on Azure and anywhere. */
export function healthyFacts(change: Partial<HealthFacts> = {}): HealthFacts {
  return {
    image: {
      format: 'vhd',
      variant: 'fixed',
      virtualBytes: 10 * 1024 * MIB,
      sectorBytes: 512,
      table: 'gpt',
      firmware: 'both',
      warnings: [],
      backingChain: [],
    },
    partitions: [ESP, BIOS_PARTITION, ROOT],
    backupGptMoves: false,
    entries: [sampleEntry(ARGS)],
    files: [],
    notes: [],
    family: 'debian',
    arch: 'x86_64',
    tree: known({ root: { partition: 3, prefix: '' }, ostree: null, mounts: [], osRelease: { ID: 'debian' }, unresolved: [] }),
    fstab: known([
      { row: { spec: `UUID=${ROOT_UUID}`, mountPoint: '/', type: 'ext4', options: [] }, partition: 3, isDisk: true },
      { row: { spec: 'tmpfs', mountPoint: '/tmp', type: 'tmpfs', options: [] }, partition: null, isDisk: false },
    ]),
    argDevices: new Map([[ENTRY_ID, [{ key: 'root', spec: `UUID=${ROOT_UUID}`, partition: 3 }]]]),
    searches: new Map([['1:/EFI/debian/grub.cfg', [{ key: 'search --fs-uuid', spec: `UUID=${ROOT_UUID}`, partition: 3 }]]]),
    entryFiles: [
      { entry: ENTRY_ID, role: 'kernel', path: '/vmlinuz', state: 'present' },
      { entry: ENTRY_ID, role: 'initramfs', path: '/initrd.img', state: 'present' },
    ],
    esps: known([{ partition: 1, programs: ['/EFI/BOOT/BOOTX64.EFI', '/EFI/debian/shimx64.efi'] }]),
    initramfs: known({
      entry: ENTRY_ID,
      modules: new Set(['hv_storvsc', 'hv_netvsc', 'virtio_blk', 'virtio_net', 'vmw_pvscsi', 'vmxnet3', 'nvme', 'ena']),
      builtin: new Set(['hv_vmbus', 'virtio_pci']),
      hasIgnition: false,
    }),
    agents: known(
      new Map([
        ['cloud-init', true],
        ['WALinuxAgent', true],
        ['open-vm-tools', false],
        ['qemu-guest-agent', false],
      ]),
    ),
    leftovers: known(noLeftovers()),
    rootPassword: known('locked'),
    retarget: null,
    ...change,
  }
}

export function noLeftovers(found: Partial<Record<LeftoverTopic, readonly string[]>> = {}): LeftoverFacts {
  return { ...(Object.fromEntries(LEFTOVER_TOPICS.map((topic) => [topic, []])) as unknown as LeftoverFacts), ...found }
}

/** Findings of one check. The plan of a retarget is made from the entries, where none is given. */
export function findingsOf(check: string, facts: HealthFacts, platform: PlatformId | null = null): Finding[] {
  const found = HEALTH_CHECKS.find(({ id }) => id === check)
  if (!found) throw new Error(`no check is called ${check}`)
  const { family, arch } = facts
  const retarget = facts.retarget ?? (platform === null ? null : planRetarget(facts, platform, { family, arch }))
  return runCheck(found, { ...facts, retarget }, platform === null ? null : platformRow(platform))
}

/** Severities that one check gives. */
export function severitiesOf(check: string, facts: HealthFacts, platform: PlatformId | null = null): string[] {
  return findingsOf(check, facts, platform).map(({ severity }) => severity)
}
