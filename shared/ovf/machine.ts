import { AppError } from '../errors/app-error.js'
import type { ImageInfo } from '../images/image-info.js'
import type { MachineChoice } from '../jobs/convert-request.js'
import { imageArch } from '../platforms/image-arch.js'
import type { PlatformArch } from '../platforms/platform.js'
import { type GuestOs, guestOs } from './guest-os.js'
import { withoutRefused } from './xml.js'

/** Whose dialect an OVF speaks. */
export type OvfVariant = 'vmware' | 'virtualbox'

type Chosen<Key extends keyof MachineChoice> = NonNullable<MachineChoice[Key]>

/** All that an OVF says of a machine, but for its disk. */
export interface OvfMachine {
  readonly variant: OvfVariant
  readonly arch: PlatformArch
  readonly os: GuestOs
  /** PRETTY_NAME of the system, for people. */
  readonly osName: string | null
  readonly hardwareVersion: number
  readonly cpus: number
  readonly memoryMib: number
  readonly firmware: Chosen<'firmware'>
  readonly secureBoot: boolean
  readonly diskController: Chosen<'diskController'>
  readonly network: Chosen<'network'>
  readonly properties: Chosen<'properties'>
}

/** ESXi 7.0: the oldest that VMware still had in support when this was written; CoreOS builds use it as well. */
const HARDWARE_VERSION = 17

/** Hardware version that brought a device ("Virtual machine hardware versions", VMware KB 1003746, and "Hardware features available"). */
const SINCE: Readonly<Record<string, number>> = { efi: 8, sata: 10, nvme: 13, 'secure boot': 13 }

/**
 * The machine for an image: what was chosen, else what follows from the image. Two processors and 4 GiB are what CoreOS builds ask for
 * (coreos-assembler src/cosalib/ova.py). VirtualBox has neither paravirtual devices of VMware nor guestinfo: it gets its own usual ones.
 *
 * @throws AppError `bad-input` where the choices exclude each other
 */
export function machineFor(info: ImageInfo, choice: MachineChoice, variant: OvfVariant): OvfMachine {
  const arch = imageArch(info)
  const hardwareVersion = choice.hardwareVersion ?? HARDWARE_VERSION
  const common = {
    variant,
    arch,
    hardwareVersion,
    os: guestOs(info.osName, arch, hardwareVersion),
    osName: info.osName === null ? null : withoutRefused(info.osName),
    cpus: choice.cpus ?? 2,
    memoryMib: choice.memoryMib ?? 4096,
    firmware: choice.firmware ?? firmwareOf(info, arch, variant, choice.secureBoot === true),
  }
  if (variant === 'virtualbox') {
    return {
      ...common,
      secureBoot: false,
      diskController: choice.diskController === undefined || choice.diskController === 'pvscsi' ? 'sata' : choice.diskController,
      network: choice.network === 'none' ? 'none' : 'e1000',
      properties: 'none',
    }
  }
  const machine: OvfMachine = {
    ...common,
    secureBoot: choice.secureBoot ?? false,
    diskController: choice.diskController ?? 'pvscsi',
    network: choice.network ?? 'vmxnet3',
    properties: choice.properties ?? propertiesOf(info),
  }
  requirePossible(machine)
  return machine
}

/** What starts both ways starts with EFI on VMware, where new machines have it, and with BIOS on VirtualBox, for the same reason. */
function firmwareOf(info: ImageInfo, arch: PlatformArch, variant: OvfVariant, secureBoot: boolean): OvfMachine['firmware'] {
  if (arch === 'aarch64' || secureBoot || info.firmware === 'uefi') return 'efi'
  if (info.firmware === 'bios') return 'bios'
  if (info.firmware === 'both') return variant === 'vmware' ? 'efi' : 'bios'
  return info.partitions.some((partition) => partition.isEsp) ? 'efi' : 'bios'
}

function propertiesOf(info: ImageInfo): OvfMachine['properties'] {
  if (info.ignitionPlatform !== null || /CoreOS|Flatcar/i.test(info.osName ?? '')) return 'ignition'
  return info.osName === null ? 'none' : 'cloud-init'
}

function requirePossible(machine: OvfMachine): void {
  if (machine.secureBoot && machine.firmware === 'bios') throw badInput('Secure boot needs EFI firmware; BIOS was chosen')
  const wanted = [machine.firmware, machine.diskController, machine.secureBoot ? 'secure boot' : '']
  for (const device of wanted) {
    const since = SINCE[device] ?? 0
    if (machine.hardwareVersion >= since) continue
    throw badInput(`Virtual hardware version ${machine.hardwareVersion} has no ${device}; version ${since} brought it`)
  }
}

function badInput(reason: string): AppError {
  return new AppError('bad-input', { details: { reason } })
}
