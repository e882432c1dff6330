import type { PlatformId } from '../platforms/platform.js'
import type { DiskBus, MACHINES } from './boot-test-request.js'

/** What a platform's machine looks like to its guest, as far as qemu can. */
export interface MachinePreset {
  readonly machine: (typeof MACHINES)[number]
  readonly diskBus: DiskBus
  /** qemu's controller for `scsi`. */
  readonly scsiController: 'virtio-scsi-pci' | 'pvscsi' | 'mptsas1068'
  readonly nic: 'virtio-net-pci' | 'vmxnet3' | 'e1000' | 'e1000e'
  readonly tpm: boolean
  /** SMBIOS strings by table: what systemd-detect-virt(1) and cloud-init's ds-identify look at. */
  readonly smbios: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What qemu cannot show, or shows otherwise. */
  readonly note: string | null
}

/** A virtual machine of QEMU as it comes. */
const PLAIN_MACHINE: MachinePreset = {
  machine: 'q35',
  diskBus: 'virtio',
  scsiController: 'virtio-scsi-pci',
  nic: 'virtio-net-pci',
  tpm: false,
  smbios: {},
  note: null,
}

function preset(
  vendor: string | null,
  product: string | null,
  rest: Partial<Omit<MachinePreset, 'smbios'>> & { readonly chassis?: Readonly<Record<string, string>>; readonly serial?: string } = {},
): MachinePreset {
  const { chassis, serial, ...more } = rest
  const system = {
    ...(vendor === null ? {} : { manufacturer: vendor }),
    ...(product === null ? {} : { product }),
    ...(serial === undefined ? {} : { serial }),
  }
  const smbios = { ...(Object.keys(system).length > 0 ? { '1': system } : {}), ...(chassis ? { '3': chassis } : {}) }
  return { ...PLAIN_MACHINE, smbios, ...more }
}

const MICROSOFT = { diskBus: 'sata', nic: 'e1000' } as const satisfies Partial<MachinePreset>
/** Every machine of Azure has it: cloud-init sources/azure/identity.py, ChassisAssetTag. */
const AZURE_CHASSIS = { asset: '7783-7084-3265-9085-8269-3286-77' } as const

/**
 * Machines of platforms, for x86-64. DMI strings: systemd src/basic/virt.c (`dmi_vendor_table`), cloud-init tools/ds-identify and the data
 * sources it stands for, dmidecode of machines as quoted in their documentation. Platforms without a row are plain KVM machines.
 */
const PRESETS: Readonly<Partial<Record<PlatformId, MachinePreset>>> = {
  vmware: preset('VMware, Inc.', 'VMware7,1', {
    diskBus: 'scsi',
    scsiController: 'pvscsi',
    nic: 'vmxnet3',
    note: "VMware's guestinfo is not there: configuration from it is not found",
  }),
  'vmware-workstation': preset('VMware, Inc.', 'VMware Virtual Platform', {
    diskBus: 'scsi',
    scsiController: 'mptsas1068',
    nic: 'e1000',
    note: "VMware's guestinfo is not there: configuration from it is not found",
  }),
  virtualbox: preset('innotek GmbH', 'VirtualBox', {
    machine: 'pc',
    diskBus: 'sata',
    nic: 'e1000',
    note: 'Guest properties of VirtualBox are not there',
  }),
  hyperv: preset('Microsoft Corporation', 'Virtual Machine', {
    ...MICROSOFT,
    note: "Hyper-V's own disk and network are not in qemu: SATA and e1000 stand in",
  }),
  azure: preset('Microsoft Corporation', 'Virtual Machine', {
    ...MICROSOFT,
    tpm: true,
    chassis: AZURE_CHASSIS,
    note: "Azure's own disk and network are not in qemu: SATA and e1000 stand in; its wire server is not there",
  }),
  azurestack: preset('Microsoft Corporation', 'Virtual Machine', {
    ...MICROSOFT,
    chassis: AZURE_CHASSIS,
    note: "Hyper-V's own disk and network are not in qemu: SATA and e1000 stand in",
  }),
  aws: preset('Amazon EC2', 'm5.large', {
    diskBus: 'nvme',
    nic: 'e1000e',
    note: 'The network adapter of AWS (ENA) is not in qemu: e1000e stands in; there is no metadata service',
  }),
  gcp: preset('Google', 'Google Compute Engine', { diskBus: 'scsi', note: 'There is no metadata service' }),
  oci: preset(null, null, { diskBus: 'scsi', chassis: { asset: 'OracleCloud.com' }, note: 'There is no metadata service' }),
  openstack: preset('OpenStack Foundation', 'OpenStack Nova', { note: 'There is no metadata service and no config drive' }),
  ovirt: preset('oVirt', 'RHEL', { diskBus: 'scsi' }),
  nutanix: preset('Nutanix', 'AHV', { diskBus: 'scsi' }),
  kubevirt: preset('KubeVirt', 'None'),
  proxmox: preset(null, null, { machine: 'pc', diskBus: 'scsi' }),
  digitalocean: preset('DigitalOcean', 'Droplet', { machine: 'pc', note: 'There is no metadata service' }),
  akamai: preset('Akamai', 'Compute Instance', { diskBus: 'scsi' }),
  aliyun: preset('Alibaba Cloud', 'Alibaba Cloud ECS', { machine: 'pc', note: 'There is no metadata service' }),
  cloudstack: preset('Apache Software Foundation', 'CloudStack KVM Hypervisor', { note: 'There is no metadata service' }),
  exoscale: preset('Exoscale', 'Exoscale Compute Platform', { note: 'There is no metadata service' }),
  hetzner: preset('Hetzner', 'vServer', { diskBus: 'scsi', note: 'There is no metadata service' }),
  scaleway: preset('Scaleway', 'SCW-DEV1-S', { diskBus: 'scsi', note: 'There is no metadata service' }),
  upcloud: preset('UpCloud', 'UpCloud', { note: 'There is no metadata service' }),
  vultr: preset('Vultr', 'VC2', { note: 'There is no metadata service' }),
}

export function machinePreset(platform: PlatformId | undefined): MachinePreset {
  return (platform === undefined ? undefined : PRESETS[platform]) ?? PLAIN_MACHINE
}
