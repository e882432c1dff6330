import { DESCRIPTOR_SECTORS, SECTOR_BYTES } from './sparse-header.js'

/** Names of adapters in a descriptor; `lsilogic` stands for every SCSI adapter, pvscsi and NVMe machines too. */
export const VMDK_ADAPTERS = ['lsilogic', 'buslogic', 'ide', 'legacyESX'] as const
export type VmdkAdapter = (typeof VMDK_ADAPTERS)[number]

export interface DiskGeometry {
  readonly cylinders: number
  readonly heads: number
  readonly sectors: number
}

const GIB_SECTORS = 2 ** 21
const MAX_IDE_CYLINDERS = 16_383
const MAX_SCSI_CYLINDERS = 65_535

/** The geometry that a BIOS would make up. Source: VMware, "Virtual Disk Format 5.0", "The Disk Database", "Geometry". */
export function diskGeometry(capacity: number, adapter: VmdkAdapter): DiskGeometry {
  const [heads, sectors] =
    adapter === 'ide' ? [16, 63] : capacity < GIB_SECTORS ? [64, 32] : capacity < 2 * GIB_SECTORS ? [128, 32] : [255, 63]
  const most = adapter === 'ide' ? MAX_IDE_CYLINDERS : MAX_SCSI_CYLINDERS
  return { cylinders: Math.max(1, Math.min(most, Math.floor(capacity / (heads * sectors)))), heads, sectors }
}

export interface StreamDescriptor {
  /** Sectors of the disk. */
  readonly capacity: number
  /** File name of the disk; its one extent is the file itself. */
  readonly name: string
  readonly adapter: VmdkAdapter
  /** VMware's virtual hardware version that the disk is made for. */
  readonly hardwareVersion: number
  /** 32 bits that name this content; 0xfffffffe and 0xffffffff mean something else. */
  readonly contentId: number
  /** 32 hexadecimal digits that name it further. */
  readonly longContentId: string
}

/**
 * The text of an embedded descriptor, up to its whole sectors.
 * Source: VMware, "Virtual Disk Format 5.0", "The Descriptor File": header, extent description, disk database.
 * `ddb.toolsVersion` 2147483647 says that the guest takes care of its tools itself, as open-vm-tools do.
 */
export function streamDescriptor(disk: StreamDescriptor): Uint8Array {
  const geometry = diskGeometry(disk.capacity, disk.adapter)
  const lines = [
    '# Disk DescriptorFile',
    'version=1',
    `CID=${disk.contentId.toString(16).padStart(8, '0')}`,
    'parentCID=ffffffff',
    'createType="streamOptimized"',
    '',
    '# Extent description',
    `RDONLY ${disk.capacity} SPARSE "${extentName(disk.name)}"`,
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    `ddb.adapterType = "${disk.adapter}"`,
    `ddb.geometry.cylinders = "${geometry.cylinders}"`,
    `ddb.geometry.heads = "${geometry.heads}"`,
    `ddb.geometry.sectors = "${geometry.sectors}"`,
    `ddb.longContentID = "${disk.longContentId}"`,
    'ddb.toolsInstallType = "4"',
    'ddb.toolsVersion = "2147483647"',
    `ddb.virtualHWVersion = "${disk.hardwareVersion}"`,
    '',
  ]
  const bytes = new Uint8Array(DESCRIPTOR_SECTORS * SECTOR_BYTES)
  const text = lines.join('\n')
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}

const NAME_LENGTH = 200

/** Nothing reads the name of an embedded extent; it must not end the line, nor be more than plain ASCII. */
function extentName(name: string): string {
  return name.replace(/[^\x20-\x7e]|["\\/]/g, '_').slice(-NAME_LENGTH) || 'disk.vmdk'
}
