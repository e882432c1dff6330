import type { DiskFormat } from '../images/formats.js'
import type { DiskContainer } from '../jobs/convert-request.js'
import { ARTIFACT_IDS, type ArtifactId } from './artifact-ids.js'
import type { PlatformId, PlatformRow } from './platform.js'
import { platform } from './platforms.js'

/** A preset: what to make for a platform. Sizes, limits and sources are those of the platform's row. */
export interface Artifact {
  readonly id: ArtifactId
  readonly platform: PlatformId
  /** Short: it heads a column. */
  readonly name: string
  /** Who takes it, and what to know. */
  readonly hint: string
  readonly format: DiskFormat
  readonly subformat: string
  /** `qemu-img -o` options besides those of the subformat. */
  readonly options: readonly string[]
  readonly container: DiskContainer | null
  /** Ending of the file's name, without the dot. */
  readonly extension: string
}

type Row = Omit<Artifact, 'id' | 'options' | 'container' | 'extension'> & Partial<Pick<Artifact, 'options' | 'container' | 'extension'>>

const LSILOGIC = ['adapter_type=lsilogic'] as const

const ROWS: Readonly<Record<ArtifactId, Row>> = {
  'vmware-ova': {
    platform: 'vmware',
    name: 'VMware ESXi OVA',
    hint: 'ESXi, vSphere, Workstation, Fusion: imported as a whole machine',
    format: 'vmdk',
    subformat: 'streamOptimized',
    container: 'ova',
    extension: 'ova',
  },
  'vmware-vmdk': {
    platform: 'vmware',
    name: 'VMware ESXi VMDK',
    hint: 'A disk alone, stream-optimized: govc import.vmdk, content library',
    format: 'vmdk',
    subformat: 'streamOptimized',
  },
  'workstation-vmdk': {
    platform: 'vmware-workstation',
    name: 'VMware Workstation VMDK',
    hint: 'Workstation and Fusion attach it as it is. ESXi does not take it',
    format: 'vmdk',
    subformat: 'monolithicSparse',
    options: LSILOGIC,
  },
  'virtualbox-ova': {
    platform: 'virtualbox',
    name: 'VirtualBox OVA',
    hint: 'Imported as a whole machine, with the OVF that VirtualBox writes',
    format: 'vmdk',
    subformat: 'streamOptimized',
    container: 'ova',
    extension: 'ova',
  },
  'virtualbox-vdi': {
    platform: 'virtualbox',
    name: 'VirtualBox VDI',
    hint: 'A disk alone; it can be resized there',
    format: 'vdi',
    subformat: 'dynamic',
  },
  'hyperv-vhdx': { platform: 'hyperv', name: 'Hyper-V VHDX', hint: 'Generation 1 and 2', format: 'vhdx', subformat: 'dynamic' },
  'hyperv-vhd': { platform: 'hyperv', name: 'Hyper-V VHD', hint: 'Generation 1 alone, which is BIOS', format: 'vhd', subformat: 'dynamic' },
  'azure-vhd': { platform: 'azure', name: 'Azure fixed VHD', hint: 'Exact size, a whole number of MiB', format: 'vhd', subformat: 'fixed' },
  'aws-raw': { platform: 'aws', name: 'AWS raw', hint: 'EBS direct upload, or import-snapshot', format: 'raw', subformat: 'sparse' },
  'aws-vmdk': {
    platform: 'aws',
    name: 'AWS VMDK',
    hint: 'Stream-optimized, for import-snapshot: less to send',
    format: 'vmdk',
    subformat: 'streamOptimized',
  },
  'gcp-tar': {
    platform: 'gcp',
    name: 'Google Cloud tar.gz',
    hint: 'disk.raw of a whole number of GiB in a sparse tar with gzip',
    format: 'raw',
    subformat: 'sparse',
    container: 'tar.gz',
    extension: 'tar.gz',
  },
  'oci-archive': {
    platform: 'oci',
    name: 'Oracle Cloud .oci',
    hint: 'qcow2 with the metadata that says its firmware',
    format: 'qcow2',
    subformat: 'v3',
    container: 'oci',
    extension: 'oci',
  },
  'oci-qcow2': {
    platform: 'oci',
    name: 'Oracle Cloud qcow2',
    hint: 'Firmware has to be set after the import',
    format: 'qcow2',
    subformat: 'v3',
  },
  'openstack-qcow2': {
    platform: 'openstack',
    name: 'OpenStack qcow2',
    hint: 'Glance, where the backend is not Ceph',
    format: 'qcow2',
    subformat: 'v3',
  },
  'openstack-raw': {
    platform: 'openstack',
    name: 'OpenStack raw',
    hint: 'Glance on Ceph: can be cloned there',
    format: 'raw',
    subformat: 'sparse',
  },
  'proxmox-qcow2': { platform: 'proxmox', name: 'Proxmox qcow2', hint: 'qm importdisk, import-from', format: 'qcow2', subformat: 'v3' },
  'libvirt-qcow2': {
    platform: 'libvirt',
    name: 'libvirt qcow2',
    hint: 'QEMU, libvirt, virt-manager, GNOME Boxes',
    format: 'qcow2',
    subformat: 'v3',
  },
  'ovirt-qcow2': { platform: 'ovirt', name: 'oVirt / OLVM qcow2', hint: 'Disk upload of oVirt', format: 'qcow2', subformat: 'v3' },
  'nutanix-qcow2': {
    platform: 'nutanix',
    name: 'Nutanix qcow2',
    hint: 'AHV, compressed clusters',
    format: 'qcow2',
    subformat: 'compressed',
  },
  'digitalocean-qcow2': {
    platform: 'digitalocean',
    name: 'DigitalOcean qcow2',
    hint: 'Custom image, below 100 GB',
    format: 'qcow2',
    subformat: 'compressed',
  },
  'kubevirt-containerdisk': {
    platform: 'kubevirt',
    name: 'KubeVirt containerDisk',
    hint: 'An OCI archive with the disk in /disk/, owned by 107',
    format: 'qcow2',
    subformat: 'v3',
    container: 'containerdisk',
    extension: 'oci.tar',
  },
  'kubevirt-raw': {
    platform: 'kubevirt',
    name: 'KubeVirt PVC raw',
    hint: 'disk.img of a volume; virtctl image-upload',
    format: 'raw',
    subformat: 'sparse',
    extension: 'img',
  },
  'metal-raw': { platform: 'metal', name: 'Bare metal raw', hint: 'Written to a disk as it is', format: 'raw', subformat: 'sparse' },
}

const EXTENSIONS: Readonly<Record<DiskFormat, string>> = { raw: 'raw', qcow2: 'qcow2', vmdk: 'vmdk', vdi: 'vdi', vhd: 'vhd', vhdx: 'vhdx' }

export function artifact(id: ArtifactId): Artifact {
  const row = ROWS[id]
  return { options: [], container: null, extension: EXTENSIONS[row.format], ...row, id }
}

/** Presets in the order in which they are offered. */
export const ARTIFACTS: readonly Artifact[] = ARTIFACT_IDS.map(artifact)

export function artifactPlatform(id: ArtifactId): PlatformRow {
  return platform(ROWS[id].platform)
}

/** What is made for a platform first of all; null where there is no preset for it. */
export function artifactOfPlatform(id: PlatformId): Artifact | null {
  return ARTIFACTS.find(({ platform: of }) => of === id) ?? null
}

/** A source's name without its endings: `boot-131` of `boot-131.qcow2.xz`. */
export function sourceStem(sourceName: string): string {
  const endings = /(\.(gz|xz|zst|bz2|tar|tgz|txz|ova|ovf|oci|raw|img|iso|qcow2?|qed|vmdk|vdi|vhdx?|vpc|dmg|hdd))+$/i
  return sourceName.replace(endings, '') || sourceName
}

/** Name of a result: the source's name without its endings, the platform, the ending: `boot-131-azure.vhd`. */
export function artifactName(sourceName: string, id: ArtifactId): string {
  const place = id.replace(/-(ova|vmdk|vdi|vhdx?|raw|tar|qcow2|archive)$/, '')
  return `${sourceStem(sourceName)}-${place}.${artifact(id).extension}`
}
