import type { OvfMachine, OvfVariant } from './machine.js'
import { element, textElement, type XmlElement } from './xml.js'

/** `rasd:ResourceType` (CIM_ResourceAllocationSettingData.ResourceType). */
const RESOURCE = { cpu: 3, memory: 4, ide: 5, scsi: 6, ethernet: 10, disk: 17, otherStorage: 20 } as const

interface Controller {
  readonly type: number
  readonly subType: string | null
  readonly label: string
}

/**
 * Controllers as each importer calls them: govmomi's `ovf` package and open-vmdk's ova-compose.py for VMware; VirtualBox's ovfreader.cpp,
 * which takes AHCI, LsiLogic, NVMe and, for IDE, PIIX4.
 */
const CONTROLLERS: Readonly<Record<OvfVariant, Readonly<Record<OvfMachine['diskController'], Controller>>>> = {
  vmware: {
    pvscsi: { type: RESOURCE.scsi, subType: 'VirtualSCSI', label: 'SCSI Controller' },
    lsilogic: { type: RESOURCE.scsi, subType: 'lsilogic', label: 'SCSI Controller' },
    sata: { type: RESOURCE.otherStorage, subType: 'vmware.sata.ahci', label: 'SATA Controller' },
    nvme: { type: RESOURCE.otherStorage, subType: 'vmware.nvme.controller', label: 'NVME Controller' },
    ide: { type: RESOURCE.ide, subType: null, label: 'IDE Controller' },
  },
  virtualbox: {
    pvscsi: { type: RESOURCE.otherStorage, subType: 'AHCI', label: 'SATA Controller' },
    lsilogic: { type: RESOURCE.scsi, subType: 'LsiLogic', label: 'SCSI Controller' },
    sata: { type: RESOURCE.otherStorage, subType: 'AHCI', label: 'SATA Controller' },
    nvme: { type: RESOURCE.otherStorage, subType: 'NVMe', label: 'NVMe Controller' },
    ide: { type: RESOURCE.ide, subType: 'PIIX4', label: 'IDE Controller' },
  },
}

const ADAPTERS: Readonly<Record<Exclude<OvfMachine['network'], 'none'>, string>> = { vmxnet3: 'VmxNet3', e1000e: 'E1000e', e1000: 'E1000' }

/** Name of the one network that a machine is connected to: what a fresh ESXi, and a fresh VirtualBox, has. */
export function networkName(variant: OvfVariant): string {
  return variant === 'vmware' ? 'VM Network' : 'NAT'
}

/** Processor, memory, controller, disk, network adapter. */
export function hardwareItems(machine: OvfMachine, diskId: string): XmlElement[] {
  const controller = CONTROLLERS[machine.variant][machine.diskController]
  const items = [
    item({
      AllocationUnits: 'hertz * 10^6',
      Description: 'Number of virtual CPUs',
      ElementName: `${machine.cpus} virtual CPU${machine.cpus === 1 ? '' : 's'}`,
      InstanceID: '1',
      ResourceType: RESOURCE.cpu,
      VirtualQuantity: machine.cpus,
    }),
    item({
      AllocationUnits: 'byte * 2^20',
      Description: 'Memory size',
      ElementName: `${machine.memoryMib} MiB of memory`,
      InstanceID: '2',
      ResourceType: RESOURCE.memory,
      VirtualQuantity: machine.memoryMib,
    }),
    item({
      Address: '0',
      Description: controller.label,
      ElementName: `${controller.label} 0`,
      InstanceID: '3',
      ...(controller.subType === null ? {} : { ResourceSubType: controller.subType }),
      ResourceType: controller.type,
    }),
    item({
      AddressOnParent: '0',
      ElementName: 'Hard disk 1',
      HostResource: `ovf:/disk/${diskId}`,
      InstanceID: '4',
      Parent: '3',
      ResourceType: RESOURCE.disk,
    }),
  ]
  if (machine.network === 'none') return items
  return [
    ...items,
    item({
      // VMware's own exports put the first adapter in slot 7.
      ...(machine.variant === 'vmware' ? { AddressOnParent: '7' } : {}),
      AutomaticAllocation: 'true',
      Connection: networkName(machine.variant),
      Description: `${ADAPTERS[machine.network]} ethernet adapter`,
      ElementName: 'Network adapter 1',
      InstanceID: '5',
      ResourceSubType: ADAPTERS[machine.network],
      ResourceType: RESOURCE.ethernet,
    }),
  ]
}

/** The schema of CIM_ResourceAllocationSettingData is a sequence in alphabetical order: sorted here, so that no item can get it wrong. */
function item(fields: Readonly<Record<string, string | number>>): XmlElement {
  const sorted = Object.entries(fields).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return element(
    'Item',
    {},
    sorted.map(([name, value]) => textElement(`rasd:${name}`, value)),
  )
}
