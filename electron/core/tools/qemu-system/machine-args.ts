import type { DiskBus, MACHINES, NETWORKS } from '#shared/boot-test/boot-test-request'
import { archOf, type FirmwareFile } from '#shared/boot-test/firmware-descriptor'
import { ARCH_TRAITS, type ArchTraits } from '#shared/boot-test/machine-arch'
import type { MachinePreset } from '#shared/boot-test/machine-presets'
import { type BlockNode, blockOptions } from '#shared/images/block-node'

/** A virtual machine as qemu is told to make it. */
export interface MachinePlan {
  readonly type: (typeof MACHINES)[number]
  readonly accelerator: 'kvm' | 'tcg'
  readonly cpu: string
  readonly cpus: number
  readonly memoryBytes: number
  /** Null for the BIOS that qemu brings. */
  readonly firmware: { readonly code: FirmwareFile; readonly vars: FirmwareFile; readonly smm: boolean } | null
  /** What is written to it has to be a throw-away overlay. */
  readonly disk: BlockNode
  readonly diskBus: DiskBus
  readonly preset: Pick<MachinePreset, 'scsiController' | 'nic' | 'smbios'>
  readonly network: (typeof NETWORKS)[number]
  /** Discs in drives beside the disk, as raw files; at most two. */
  readonly discs: readonly { readonly path: string; readonly bootFirst: boolean }[]
  /** A small raw disk that is only read. */
  readonly seedDisk: string | null
  /** Absolute path of Ignition's configuration. */
  readonly ignition: string | null
  /** Absolute path that the names of two pipes begin with; they end in `.in` and `.out`. */
  readonly serialPipes: string
  /** Sockets that qemu connects to; all absolute paths. */
  readonly sockets: {
    readonly qmp: string
    readonly tpm: string | null
    /** Where frames go between the card of the guest, this program and qemu's own network; null where they go there directly. */
    readonly link: { readonly guest: string; readonly network: string } | null
    /** The one that qemu listens on itself: VNC without a password, so it has to lie where nobody else may look. */
    readonly vnc: string
  }
}

/** A comma ends a value of qemu's options, two are one. qemu(1), "-drive". */
function value(text: string): string {
  return text.replaceAll(',', ',,')
}

/**
 * The command line of a test machine: nothing but what is named here, its screen on a socket, the serial console on pipes and QMP on a socket of ours,
 * and no way for qemu to start other programs (`-sandbox`, qemu(1)).
 */
export function machineArgs(plan: MachinePlan): string[] {
  return [
    '-nodefaults',
    '-no-user-config',
    '-sandbox',
    'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    '-vnc',
    `unix:${value(plan.sockets.vnc)}`,
    '-machine',
    machineOptions(plan),
    '-cpu',
    plan.cpu,
    '-smp',
    String(plan.cpus),
    '-m',
    `${Math.floor(plan.memoryBytes / 1024 ** 2)}M`,
    '-chardev',
    `pipe,id=serial0,path=${value(plan.serialPipes)}`,
    '-serial',
    'chardev:serial0',
    '-chardev',
    `socket,id=qmp0,path=${value(plan.sockets.qmp)},server=off`,
    '-mon',
    'chardev=qmp0,mode=control',
    '-device',
    // Firmware of ARM has no driver of VGA: EDK II ArmVirtPkg/ArmVirtQemu.dsc.
    isArm(plan) ? 'virtio-gpu-pci' : 'VGA',
    '-device',
    'virtio-rng-pci',
    ...firmwareArgs(plan),
    ...controllerArgs(plan),
    ...blockdev('disk0', { ...blockOptions(plan.disk, 'read-write'), cache: { direct: false, 'no-flush': true } }),
    '-device',
    `${diskDevice(plan, 0)},drive=disk0,bootindex=${plan.discs.filter(({ bootFirst }) => bootFirst).length}`,
    ...seedArgs(plan),
    ...plan.discs.flatMap((disc, index) => discArgs(plan, disc, index)),
    ...networkArgs(plan),
    ...tpmArgs(plan),
    ...Object.entries(plan.preset.smbios).flatMap(([table, fields]) => ['-smbios', smbios(table, fields)]),
    ...(plan.ignition === null ? [] : ['-fw_cfg', `name=opt/com.coreos/config,file=${value(plan.ignition)}`]),
    ...(isArm(plan) ? ARM_INPUT.flatMap((device) => ['-device', device]) : pointerArgs(plan)),
  ]
}

/** The program that makes the machine. */
export function machineTool({ type }: Pick<MachinePlan, 'type'>): ArchTraits['tool'] {
  return ARCH_TRAITS[archOf(type)].tool
}

function isArm({ type }: Pick<MachinePlan, 'type'>): boolean {
  return type === 'virt'
}

/**
 * A pointer that is where VNC says it is: the mouse that every machine has can only be moved by steps, and drifts. A guest that boots from a
 * disk of virtio has its drivers; the others know USB. The last device: those before it have the places that they have without it.
 */
function pointerArgs({ diskBus, preset }: MachinePlan): string[] {
  const hasVirtio = diskBus === 'virtio' || (diskBus === 'scsi' && preset.scsiController === 'virtio-scsi-pci')
  return hasVirtio ? ['-device', 'virtio-tablet-pci'] : ['-device', 'qemu-xhci,id=usb0', '-device', 'usb-tablet,bus=usb0.0']
}

/**
 * A machine of ARM has no keyboard of its own. Firmware knows the one of USB, kernels of clouds often that of virtio alone; qemu gives what is
 * typed to the one whose driver came last.
 */
const ARM_INPUT = ['usb-kbd,bus=usb0.0', 'usb-tablet,bus=usb0.0', 'virtio-keyboard-pci', 'virtio-tablet-pci'] as const

/** `graphics=off` makes SeaBIOS show all of what it and boot loaders write on the serial console too (SeaBIOS src/sercon.c). */
function machineOptions({ type, accelerator, firmware }: MachinePlan): string {
  // The interrupt controller of servers, which more than eight processors need: QEMU docs/system/arm/virt.rst.
  if (type === 'virt') return `virt,accel=${accelerator},gic-version=max`
  return [type, `accel=${accelerator}`, ...(firmware === null ? ['graphics=off'] : []), ...(firmware?.smm ? ['smm=on'] : [])].join(',')
}

/** Two flash chips, QEMU docs/interop/firmware.json, "FirmwareMappingFlash". Secure boot needs the variables kept from all but SMM. */
function firmwareArgs({ firmware }: MachinePlan): string[] {
  if (firmware === null) return []
  const chip = (unit: number, { path, format }: FirmwareFile, more: string) => [
    '-drive',
    `if=pflash,unit=${unit},format=${format},${more}file=${value(path)}`,
  ]
  return [
    ...chip(0, firmware.code, 'readonly=on,'),
    ...chip(1, firmware.vars, ''),
    ...(firmware.smm ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : []),
  ]
}

function blockdev(name: string, options: object): string[] {
  return ['-blockdev', JSON.stringify({ 'node-name': name, ...options })]
}

function controllerArgs({ diskBus, type, preset, discs }: MachinePlan): string[] {
  if (type === 'virt') {
    const scsi = diskBus === 'scsi' ? [`${preset.scsiController},id=scsi0`] : []
    return ['qemu-xhci,id=usb0', ...scsi, ...(discs.length > 0 ? ['virtio-scsi-pci,id=discs0'] : [])].flatMap((device) => [
      '-device',
      device,
    ])
  }
  if (diskBus === 'scsi') return ['-device', `${preset.scsiController},id=scsi0`]
  return diskBus === 'sata' && type === 'pc' ? ['-device', 'ich9-ahci,id=ahci0'] : []
}

/** The machine q35 has SATA built in, and names its ports as pc names those of IDE. */
function diskDevice({ diskBus, type }: MachinePlan, index: number): string {
  switch (diskBus) {
    case 'virtio':
      return 'virtio-blk-pci'
    case 'nvme':
      return `nvme,serial=diskwright${index}`
    case 'scsi':
      return 'scsi-hd,bus=scsi0.0'
    case 'ide':
      return `ide-hd,bus=ide.${index}`
    case 'sata':
      return `ide-hd,bus=${type === 'pc' ? 'ahci0' : 'ide'}.${index}`
    case 'usb':
      return 'usb-storage,bus=usb0.0'
  }
}

function seedArgs(plan: MachinePlan): string[] {
  if (plan.seedDisk === null) return []
  const node = blockdev('seed0', blockOptions({ driver: 'raw', path: plan.seedDisk }))
  // Hard disks of IDE and NVMe cannot be read-only; what is on a compact disc is found as well.
  const device = plan.diskBus === 'ide' || plan.diskBus === 'sata' ? diskDevice(plan, 1).replace('ide-hd', 'ide-cd') : 'virtio-blk-pci'
  return [...node, '-device', `${device},drive=seed0`]
}

/** The last ports: disks have the first ones. A machine of ARM has no ports for discs: they are at a controller of their own. */
function discArgs(plan: MachinePlan, { path, bootFirst }: MachinePlan['discs'][number], index: number): string[] {
  const place = plan.type === 'q35' ? `bus=ide.${5 - index}` : `bus=ide.${1 - index},unit=1`
  const device = isArm(plan) ? 'scsi-cd,bus=discs0.0' : `ide-cd,${place}`
  const order = bootFirst ? 0 : plan.discs.length + index
  return [...blockdev(`disc${index}`, blockOptions({ driver: 'raw', path })), '-device', `${device},drive=disc${index},bootindex=${order}`]
}

/**
 * Without a boot ROM the firmware does not try the network. A port 0 leaves it to the kernel to find a free one. With a link, this program
 * stands between the card and qemu's own network, which is joined to it by a hub: qemu(1), "-netdev stream" and "-netdev hubport".
 */
function networkArgs({ network, preset, sockets: { link } }: MachinePlan): string[] {
  if (network === 'none' && link === null) return []
  const forward = network === 'user' ? ',hostfwd=tcp:127.0.0.1:0-:22' : ''
  const card = ['-device', `${preset.nic},netdev=net0,romfile=`]
  if (link === null) return ['-netdev', `user,id=net0${forward}`, ...card]
  const stream = (id: string, path: string) => `stream,id=${id},server=off,addr.type=unix,addr.path=${value(path)}`
  const netdevs = [
    `user,id=user0${forward}`,
    stream('far0', link.network),
    'hubport,id=port0,hubid=0,netdev=user0',
    'hubport,id=port1,hubid=0,netdev=far0',
    stream('net0', link.guest),
  ]
  return [...netdevs.flatMap((netdev) => ['-netdev', netdev]), ...card]
}

/** QEMU docs/specs/tpm.rst, "The QEMU TPM emulator device". */
function tpmArgs({ type, sockets: { tpm } }: MachinePlan): string[] {
  if (tpm === null) return []
  const device = type === 'virt' ? 'tpm-tis-device' : 'tpm-tis'
  return ['-chardev', `socket,id=tpm0,path=${value(tpm)}`, '-tpmdev', 'emulator,id=tpm1,chardev=tpm0', '-device', `${device},tpmdev=tpm1`]
}

function smbios(table: string, fields: Readonly<Record<string, string>>): string {
  return [`type=${table}`, ...Object.entries(fields).map(([name, text]) => `${name}=${value(text)}`)].join(',')
}
