import type { DiskFormat } from '../images/formats.js'
import type { OsFamily } from './os-family.js'

/**
 * Platforms an image can be made for. An id of ours is the user's word for the place (`proxmox`, `libvirt`); what
 * Ignition calls it is a field of the row, because it depends on the operating system.
 */
export const PLATFORM_IDS = [
  'vmware',
  'vmware-workstation',
  'virtualbox',
  'hyperv',
  'libvirt',
  'proxmox',
  'ovirt',
  'nutanix',
  'kubevirt',
  'aws',
  'azure',
  'gcp',
  'oci',
  'openstack',
  'digitalocean',
  'akamai',
  'aliyun',
  'azurestack',
  'brightbox',
  'cloudstack',
  'exoscale',
  'hetzner',
  'ibmcloud',
  'packet',
  'powervs',
  'scaleway',
  'upcloud',
  'vultr',
  'applehv',
  'file',
  'metal',
  'nvidiabluefield',
  'zvm',
] as const
export type PlatformId = (typeof PLATFORM_IDS)[number]

export const PLATFORM_ARCHES = ['x86_64', 'aarch64', 'ppc64le', 's390x'] as const
/** As `uname -m` says it. */
export type PlatformArch = (typeof PLATFORM_ARCHES)[number]

export type PerArch<T> = Readonly<Record<PlatformArch, T>>

export interface PlatformArg {
  readonly arg: string
  readonly why: string
  /** Whether a retarget applies it by itself; the others are offered, because they suit only some images. */
  readonly byDefault: boolean
  /** Architectures it is for; every one when it is not given. */
  readonly arches?: readonly PlatformArch[]
}

export interface PlatformImage {
  readonly format: DiskFormat
  /** Id of a subformat of the format. */
  readonly subformat: string
  /** `qemu-img -o` options besides those of the subformat, `name=value`. */
  readonly options: readonly string[]
  /** What the disk is wrapped in; null when the disk file itself is handed over. */
  readonly container: 'ova' | 'tar.gz' | 'oci' | 'containerdisk' | null
  readonly note: string
}

export interface FormatChoice {
  readonly format: DiskFormat
  /** Subformat ids; null when each of them is taken. */
  readonly subformats: readonly string[] | null
}

export interface PlatformFirmware {
  readonly bios: boolean
  readonly uefi: boolean
  /** What a new machine gets unless something else is chosen; `image` when the image says it. */
  readonly usual: 'bios' | 'uefi' | 'image'
  readonly note: string
}

export interface PlatformRow {
  readonly id: PlatformId
  readonly name: string
  readonly group: 'Hypervisor' | 'Cloud' | 'Other'
  /** Value of `ignition.platform.id`, and the families that name it otherwise. */
  readonly ignitionId: { readonly default: string; readonly byOs?: Readonly<Partial<Record<OsFamily, string>>> }
  /** Where the first boot's configuration comes from. */
  readonly config: string
  /**
   * Values of `console=` in order; the last is primary (it becomes /dev/console). An empty list means that the kernel's own
   * choice is right, so none is set. Null where the platform names none: consoles are then left as they are.
   */
  readonly consoles: PerArch<readonly string[] | null>
  readonly consoleNote: string | null
  readonly extraArgs: readonly PlatformArg[]
  readonly removeArgs: readonly PlatformArg[]
  /** Commands of GRUB's console block; an empty list empties the block, null leaves it as it is. */
  readonly grubConsole: PerArch<readonly string[] | null>
  /** The image to make for it; null where it is not known, or where there is no image to make. */
  readonly image: PlatformImage | null
  /** What else it takes, besides `image`. */
  readonly accepts: readonly FormatChoice[]
  /** The virtual size must be a multiple of it, bytes. */
  readonly alignmentBytes: number
  readonly wholeGib: boolean
  /** Largest virtual size in bytes; null when none is known. */
  readonly maxBytes: number | null
  readonly sizeNote: string | null
  readonly firmware: PlatformFirmware
  readonly secureBoot: string | null
  /**
   * Kernel modules, named with underscores. Each inner list holds alternatives: one of them must be in the initramfs or built into the
   * kernel. Those of NETWORK_DRIVERS matter there only when the first boot fetches its configuration over the network.
   */
  readonly drivers: readonly (readonly string[])[]
  readonly agents: readonly string[]
  /** Id of the upload provider; null when there is none. */
  readonly upload: string | null
  /** Short steps; text in capitals is for the user to fill in. */
  readonly importSteps: readonly string[]
  readonly sources: readonly string[]
}

export const NETWORK_DRIVERS: ReadonlySet<string> = new Set([
  'vmxnet3',
  'e1000',
  'e1000e',
  'hv_netvsc',
  'virtio_net',
  'ena',
  'ixgbevf',
  'xen_netfront',
  'gve',
  'ibmveth',
])

/** What a module is called in rules: the kernel takes `-` and `_` for the same, file names use both (modprobe(8)). */
export function driverName(moduleName: string): string {
  return moduleName.replaceAll('-', '_')
}

export function ignitionIdFor(row: PlatformRow, family: OsFamily): string {
  return row.ignitionId.byOs?.[family] ?? row.ignitionId.default
}
