import type { DiskBus, FirmwareChoice, MACHINES } from './boot-test-request.js'

/** Processors that a test machine can have, as `uname -m` says it. */
export const MACHINE_ARCHES = ['x86_64', 'aarch64'] as const
export type MachineArch = (typeof MACHINE_ARCHES)[number]

/** What machines with a processor have. */
export interface ArchTraits {
  /** For people. */
  readonly title: string
  readonly tool: 'qemu-system-x86_64' | 'qemu-system-aarch64'
  readonly machines: readonly (typeof MACHINES)[number][]
  readonly diskBuses: readonly DiskBus[]
  readonly firmware: readonly FirmwareChoice[]
  /** The kernel argument that has it write to the first serial port, as fast as it goes. */
  readonly serialArg: string
  /** Arguments that name that port. */
  readonly serialConsole: RegExp
  /** Without any console argument the kernel takes the port that the firmware names. */
  readonly findsSerial: boolean
}

export const ARCH_TRAITS: Readonly<Record<MachineArch, ArchTraits>> = {
  x86_64: {
    title: 'x86-64',
    tool: 'qemu-system-x86_64',
    machines: ['q35', 'pc'],
    diskBuses: ['virtio', 'scsi', 'nvme', 'sata', 'ide'],
    firmware: ['auto', 'bios', 'uefi', 'uefi-secure'],
    serialArg: 'console=ttyS0,115200n8',
    serialConsole: /^console=(ttyS0|hvc0|uart)/,
    findsSerial: false,
  },
  // QEMU docs/system/arm/virt.rst. The table SPCR of ACPI names the port: Linux Documentation/arch/arm64/arm-acpi.rst.
  aarch64: {
    title: '64-bit ARM',
    tool: 'qemu-system-aarch64',
    machines: ['virt'],
    diskBuses: ['virtio', 'scsi', 'nvme', 'usb'],
    firmware: ['auto', 'uefi', 'uefi-secure'],
    serialArg: 'console=ttyAMA0,115200n8',
    serialConsole: /^console=(ttyAMA0|uart|pl011)/,
    findsSerial: true,
  },
}

export function isMachineArch(arch: string): arch is MachineArch {
  return MACHINE_ARCHES.some((one) => one === arch)
}

interface WantedMachine {
  readonly machine?: (typeof MACHINES)[number] | undefined
  readonly diskBus?: DiskBus | undefined
  readonly firmware: FirmwareChoice
}

/** Why a machine with that processor cannot be had; null where it can. */
export function problemOfMachine(arch: MachineArch, { machine, diskBus, firmware }: WantedMachine): string | null {
  const { title, machines, diskBuses, firmware: kinds } = ARCH_TRAITS[arch]
  const wrong = (what: string, wanted: string, offered: readonly string[]) =>
    `a machine of ${title} has no ${what} ${wanted}, but ${offered.join(', ')}`
  if (machine !== undefined && !machines.includes(machine)) return wrong('chip set', machine, machines)
  if (diskBus !== undefined && !diskBuses.includes(diskBus)) return wrong('disk bus', diskBus, diskBuses)
  return kinds.includes(firmware) ? null : wrong('firmware', firmware, kinds)
}
