import type { PlatformId } from '../platforms/platform.js'
import type { MachinePreset } from './machine-presets.js'

type Own = Partial<Pick<MachinePreset, 'diskBus' | 'tpm' | 'note'>> & {
  /** In place of the product of its machines of x86-64. */
  readonly product?: string
  readonly source: string
}

/** Platforms that have machines of 64-bit ARM, as they look to a guest where they look otherwise than those of x86-64. */
const OWN: Readonly<Partial<Record<PlatformId, Own>>> = {
  aws: {
    product: 'm6g.large',
    source: 'AWS "Instance types", Graviton',
    note: 'The network adapter of AWS (ENA) is not in qemu: virtio stands in',
  },
  azure: {
    diskBus: 'scsi',
    source: 'Microsoft "Dpsv5 series"',
    note: "Azure's own disk and network are not in qemu: virtio stands in",
  },
  gcp: { source: 'Google "Arm VMs on Compute Engine"; its disks are NVMe', diskBus: 'nvme' },
  oci: { source: 'Oracle "Arm-based compute", VM.Standard.A1.Flex' },
  openstack: { source: 'OpenStack Nova sets the same on every processor' },
  kubevirt: { source: 'KubeVirt sets the same on every processor' },
  proxmox: { source: 'Proxmox VE sets none by itself' },
}

const STAND_IN = 'The names are those of its machines of x86-64; disk and network are those of virtio'

/**
 * A platform's machine with a processor of 64-bit ARM: qemu's machine `virt`, which has neither IDE nor SATA, nor cards of other makers that guests
 * of ARM have drivers for.
 */
export function armMachine(platform: PlatformId | undefined, machine: MachinePreset): MachinePreset {
  const virt = { ...machine, machine: 'virt', scsiController: 'virtio-scsi-pci', nic: 'virtio-net-pci' } as const
  const diskBus = machine.diskBus === 'sata' || machine.diskBus === 'ide' ? 'scsi' : machine.diskBus
  const own = platform === undefined ? undefined : OWN[platform]
  if (own === undefined) {
    const isPlain = Object.keys(machine.smbios).length === 0
    return { ...virt, diskBus, note: isPlain ? machine.note : [STAND_IN, machine.note].filter((note) => note !== null).join('. ') }
  }
  const { product, source, ...more } = own
  const smbios = product === undefined ? machine.smbios : { ...machine.smbios, '1': { ...machine.smbios['1'], product } }
  return { ...virt, diskBus, smbios, source: `${machine.source}; ${source}`, ...more }
}
