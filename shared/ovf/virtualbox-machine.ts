import type { OvfMachine } from './machine.js'
import { element, textElement, type XmlElement } from './xml.js'

/** VirtualBox's own settings of a controller: its type and how many ports it has. */
const CONTROLLERS: Readonly<Record<OvfMachine['diskController'], { readonly type: string; readonly ports: number }>> = {
  sata: { type: 'AHCI', ports: 1 },
  pvscsi: { type: 'AHCI', ports: 1 },
  lsilogic: { type: 'LsiLogic', ports: 16 },
  nvme: { type: 'NVMe', ports: 1 },
  ide: { type: 'PIIX4', ports: 2 },
}

/**
 * The settings that VirtualBox reads in preference to the generic hardware: without them it always starts with BIOS. Settings version
 * 1.16 is that of VirtualBox 5.1, which every later one reads (coreos-assembler src/virtualbox-template.xml). Settings of ARM machines
 * have another shape, since 7.1: VirtualBox makes those from the generic hardware and its OS type, which brings EFI along.
 */
export function virtualBoxMachine(machine: OvfMachine, names: { name: string; machineUuid: string; diskUuid: string }): XmlElement | null {
  if (machine.arch === 'aarch64') return null
  const { type, ports } = CONTROLLERS[machine.diskController]
  const boot = ['HardDisk', 'None', 'None', 'None'].map((device, index) => element('Order', { position: String(index + 1), device }))
  const on = { enabled: 'true' }
  return element(
    'vbox:Machine',
    {
      'ovf:required': 'false',
      version: '1.16-linux',
      uuid: `{${names.machineUuid}}`,
      name: names.name,
      OSType: machine.os.virtualbox,
      snapshotFolder: 'Snapshots',
    },
    [
      textElement('ovf:Info', 'Complete VirtualBox machine configuration in VirtualBox format'),
      element('Hardware', {}, [
        element('CPU', { count: String(machine.cpus) }, [
          element('PAE', on),
          element('LongMode', on),
          element('X2APIC', on),
          element('HardwareVirtExLargePages', { enabled: 'false' }),
        ]),
        element('Memory', { RAMSize: String(machine.memoryMib) }),
        element('Firmware', { type: machine.firmware === 'efi' ? 'EFI' : 'BIOS' }),
        element('Boot', {}, boot),
        element('Display', { controller: 'VMSVGA', VRAMSize: '16' }),
        element('BIOS', {}, [element('IOAPIC', on)]),
        element('Network', {}, [
          machine.network === 'none'
            ? element('Adapter', { slot: '0', enabled: 'false' })
            : element('Adapter', { slot: '0', enabled: 'true', type: '82540EM' }, [element('NAT', {})]),
        ]),
        element('RTC', { localOrUTC: 'UTC' }),
      ]),
      element('StorageControllers', {}, [
        element('StorageController', { name: 'Disk', type, PortCount: String(ports), useHostIOCache: 'false', Bootable: 'true' }, [
          element('AttachedDevice', { type: 'HardDisk', hotpluggable: 'false', port: '0', device: '0' }, [
            element('Image', { uuid: `{${names.diskUuid}}` }),
          ]),
        ]),
      ]),
    ],
  )
}
