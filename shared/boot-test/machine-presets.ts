import type { PlatformId } from '../platforms/platform.js'
import type { DiskBus, MACHINES } from './boot-test-request.js'
import { armMachine } from './arm-presets.js'
import type { MachineArch } from './machine-arch.js'

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
  /** Who reads these strings, or where they were seen; what stands in no source says so. */
  readonly source: string
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
  source: 'QEMU hw/i386',
}

interface PresetStrings {
  readonly chassis?: Readonly<Record<string, string>>
  readonly serial?: string
  readonly uuid?: string
}

function preset(
  vendor: string | null,
  product: string | null,
  source: string,
  rest: Partial<Omit<MachinePreset, 'smbios' | 'source'>> & PresetStrings = {},
): MachinePreset {
  const { chassis, serial, uuid, ...more } = rest
  const system = {
    ...(vendor === null ? {} : { manufacturer: vendor }),
    ...(product === null ? {} : { product }),
    ...(serial === undefined ? {} : { serial }),
    ...(uuid === undefined ? {} : { uuid }),
  }
  const smbios = { ...(Object.keys(system).length > 0 ? { '1': system } : {}), ...(chassis ? { '3': chassis } : {}) }
  return { ...PLAIN_MACHINE, smbios, source, ...more }
}

const SYSTEMD = 'systemd src/basic/virt.c, dmi_vendor_table'
const IDENTIFY = 'cloud-init tools/ds-identify'
const MICROSOFT = { diskBus: 'sata', nic: 'e1000' } as const satisfies Partial<MachinePreset>
/** Every machine of Azure has it: cloud-init sources/azure/identity.py, ChassisAssetTag. */
const AZURE_CHASSIS = { asset: '7783-7084-3265-9085-8269-3286-77' } as const
/** Both begin with ec2, and are the same but for their case. */
const EC2_ID = 'ec2d15c0-0000-4000-8000-000000000001'
const NO_GUESTINFO = "VMware's guestinfo is not there: configuration from it is not found"
const NO_METADATA = 'Its metadata service is not there'

/**
 * Machines of platforms, for x86-64. What the processor says of its hypervisor stays that of KVM or QEMU, so systemd-detect-virt(1) names the
 * platform only where it looks at DMI first. Platforms without a row are plain KVM machines.
 */
const PRESETS: Readonly<Partial<Record<PlatformId, MachinePreset>>> = {
  vmware: preset('VMware, Inc.', 'VMware7,1', `${SYSTEMD}; dmidecode of machines with UEFI`, {
    diskBus: 'scsi',
    scsiController: 'pvscsi',
    nic: 'vmxnet3',
    note: NO_GUESTINFO,
  }),
  'vmware-workstation': preset('VMware, Inc.', 'VMware Virtual Platform', `${SYSTEMD}; dmidecode of machines with BIOS`, {
    diskBus: 'scsi',
    scsiController: 'mptsas1068',
    nic: 'e1000',
    note: NO_GUESTINFO,
  }),
  virtualbox: preset('innotek GmbH', 'VirtualBox', SYSTEMD, {
    machine: 'pc',
    diskBus: 'sata',
    nic: 'e1000',
    note: 'Guest properties of VirtualBox are not there',
  }),
  hyperv: preset('Microsoft Corporation', 'Virtual Machine', 'cloud-init sources/azure; dmidecode of Hyper-V machines', {
    ...MICROSOFT,
    note: "Hyper-V's own disk and network are not in qemu: SATA and e1000 stand in",
  }),
  azure: preset('Microsoft Corporation', 'Virtual Machine', `${IDENTIFY}, is_azure_chassis`, {
    ...MICROSOFT,
    tpm: true,
    chassis: AZURE_CHASSIS,
    note: "Azure's own disk and network are not in qemu: SATA and e1000 stand in",
  }),
  azurestack: preset('Microsoft Corporation', 'Virtual Machine', `${IDENTIFY}, is_azure_chassis`, {
    ...MICROSOFT,
    chassis: AZURE_CHASSIS,
    note: "Hyper-V's own disk and network are not in qemu: SATA and e1000 stand in",
  }),
  aws: preset('Amazon EC2', 'm5.large', `${SYSTEMD}; ${IDENTIFY}, ec2_identify_platform; AWS "Identify EC2 instances"`, {
    diskBus: 'nvme',
    nic: 'e1000e',
    serial: EC2_ID,
    uuid: EC2_ID,
    note: 'The network adapter of AWS (ENA) is not in qemu: e1000e stands in',
  }),
  gcp: preset('Google', 'Google Compute Engine', `${SYSTEMD}; ${IDENTIFY}, dscheck_GCE`, { diskBus: 'scsi' }),
  oci: preset(null, null, `${IDENTIFY}, dscheck_Oracle`, { diskBus: 'scsi', chassis: { asset: 'OracleCloud.com' } }),
  openstack: preset('OpenStack Foundation', 'OpenStack Nova', `${IDENTIFY}, dscheck_OpenStack`, { note: 'There is no config drive' }),
  ovirt: preset(
    'oVirt',
    'RHEL',
    'ovirt-engine LibvirtVmXmlBuilder.java, writeSystemInfo: the product is the name of the system on the host',
    {
      diskBus: 'scsi',
    },
  ),
  nutanix: preset('Nutanix', 'AHV', 'dmidecode of AHV machines, as programs that tell platforms apart look for it', { diskBus: 'scsi' }),
  kubevirt: preset('KubeVirt', 'None', `${SYSTEMD} for the vendor; the product is in no source`),
  proxmox: preset(null, null, 'Proxmox VE sets none by itself', { machine: 'pc', diskBus: 'scsi' }),
  digitalocean: preset('DigitalOcean', 'Droplet', `${IDENTIFY}, dscheck_DigitalOcean; the product of dmidecode`, {
    machine: 'pc',
    note: NO_METADATA,
  }),
  akamai: preset('Akamai', 'Compute Instance', 'in no source', { diskBus: 'scsi', note: NO_METADATA }),
  aliyun: preset('Alibaba Cloud', 'Alibaba Cloud ECS', `${IDENTIFY}, dscheck_AliYun`, { machine: 'pc', note: NO_METADATA }),
  cloudstack: preset(
    'Apache Software Foundation',
    'CloudStack KVM Hypervisor',
    `${IDENTIFY}, dscheck_CloudStack; CloudStack LibvirtVMDef.java`,
    { note: NO_METADATA },
  ),
  exoscale: preset('Exoscale', 'Exoscale Compute Platform', `${IDENTIFY}, dscheck_Exoscale for the product; the vendor is in no source`, {
    note: NO_METADATA,
  }),
  hetzner: preset('Hetzner', 'vServer', `${IDENTIFY}, dscheck_Hetzner; the product of dmidecode`, { diskBus: 'scsi', note: NO_METADATA }),
  scaleway: preset('Scaleway', 'SCW-DEV1-S', `${IDENTIFY}, dscheck_Scaleway; the product of hostnamectl(1)`, {
    diskBus: 'scsi',
    note: NO_METADATA,
  }),
  upcloud: preset('UpCloud', 'UpCloud', `${IDENTIFY}, dscheck_UpCloud for the vendor; the product is in no source`, { note: NO_METADATA }),
  vultr: preset('Vultr', 'VC2', `${IDENTIFY}, dscheck_Vultr for the vendor; the product is in no source`, { note: NO_METADATA }),
}

export function machinePreset(platform: PlatformId | undefined, arch: MachineArch = 'x86_64'): MachinePreset {
  const machine = (platform === undefined ? undefined : PRESETS[platform]) ?? PLAIN_MACHINE
  return arch === 'aarch64' ? armMachine(platform, machine) : machine
}
