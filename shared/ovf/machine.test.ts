import { expect, test } from 'vitest'
import type { ImageInfo, Partition } from '../images/image-info.js'
import type { MachineChoice } from '../jobs/convert-request.js'
import { guestOs } from './guest-os.js'
import { machineFor, type OvfMachine, type OvfVariant } from './machine.js'
import { sampleInfo } from './testing/sample-info.js'

function machine(info: Partial<ImageInfo>, choice: MachineChoice = {}, variant: OvfVariant = 'vmware'): OvfMachine {
  return machineFor(sampleInfo(info), choice, variant)
}

const ESP: Partition = {
  number: 1,
  startBytes: 1024 ** 2,
  sizeBytes: 1024 ** 2,
  type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  typeName: 'EFI system',
  name: null,
  bootable: false,
  isEsp: true,
  filesystem: null,
}
const ARM_ROOT: Partition = { ...ESP, number: 2, isEsp: false, type: 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE' }

test.each<[Partial<ImageInfo>, MachineChoice, OvfVariant, OvfMachine['firmware']]>([
  [{ firmware: 'uefi' }, {}, 'vmware', 'efi'],
  [{ firmware: 'bios' }, {}, 'vmware', 'bios'],
  [{ firmware: 'both' }, {}, 'vmware', 'efi'],
  [{ firmware: 'both' }, {}, 'virtualbox', 'bios'],
  [{ firmware: 'both' }, { secureBoot: true }, 'vmware', 'efi'],
  [{ firmware: 'unknown' }, {}, 'vmware', 'bios'],
  [{ firmware: 'unknown', partitions: [ESP] }, {}, 'vmware', 'efi'],
  [{ firmware: 'unknown', partitions: [ARM_ROOT] }, {}, 'virtualbox', 'efi'],
  [{ firmware: 'uefi' }, { firmware: 'bios' }, 'vmware', 'bios'],
])('firmware of %j with %j on %s is %s', (info, choice, variant, firmware) => {
  expect(machine(info, choice, variant).firmware).toBe(firmware)
})

test.each<[Partial<ImageInfo>, OvfMachine['properties']]>([
  [{ ignitionPlatform: 'qemu' }, 'ignition'],
  [{ osName: 'Flatcar Container Linux by Kinvolk 3815.2.0' }, 'ignition'],
  [{ osName: 'Oracle Linux Server 8.10', ignitionPlatform: 'vmware' }, 'ignition'],
  [{ osName: 'Ubuntu 24.04 LTS' }, 'cloud-init'],
  [{}, 'none'],
])('an image with %j asks for %s', (info, properties) => {
  expect(machine(info).properties).toBe(properties)
  expect(machine(info, {}, 'virtualbox').properties).toBe('none')
})

test('VirtualBox gets devices of its own where it lacks those of VMware', () => {
  expect(machine({}, { diskController: 'pvscsi', network: 'vmxnet3', secureBoot: true, firmware: 'bios' }, 'virtualbox')).toMatchObject({
    diskController: 'sata',
    network: 'e1000',
    secureBoot: false,
  })
})

test.each<MachineChoice>([
  { secureBoot: true, firmware: 'bios' },
  { secureBoot: true, hardwareVersion: 11 },
  { diskController: 'nvme', hardwareVersion: 12 },
  { diskController: 'sata', hardwareVersion: 9 },
  { firmware: 'efi', hardwareVersion: 7 },
])('refuses %j', (choice) => {
  expect(() => machine({ firmware: 'uefi' }, choice)).toThrow(expect.objectContaining({ code: 'bad-input' }))
})

test.each<[string | null, number, string, number]>([
  ['Oracle Linux Server 8.10', 17, 'oracleLinux8_64Guest', 109],
  ['Oracle Linux Server 9.4', 17, 'oracleLinux7_64Guest', 109],
  ['Oracle Linux Server 9.4', 20, 'oracleLinux9_64Guest', 109],
  ['Red Hat Enterprise Linux CoreOS 417.94.202410', 18, 'rhel9_64Guest', 80],
  ['Red Hat Enterprise Linux 8.10 (Ootpa)', 17, 'rhel8_64Guest', 80],
  ['CentOS Stream 9', 17, 'centos8_64Guest', 107],
  ['CentOS Stream 9', 18, 'centos9_64Guest', 107],
  ['Rocky Linux 9.4 (Blue Onyx)', 17, 'centos8_64Guest', 107],
  ['Debian GNU/Linux 12 (bookworm)', 17, 'debian11_64Guest', 96],
  ['openSUSE Leap 15.6', 17, 'opensuse64Guest', 83],
  ['Something of its own 1.0', 20, 'other6xLinux64Guest', 101],
  [null, 7, 'other26xLinux64Guest', 101],
])('%s with hardware version %i is %s', (osName, hardware, vmware, cimId) => {
  expect(guestOs(osName, 'x86_64', hardware)).toMatchObject({ vmware, cimId })
})

test('ARM guests have a type in VirtualBox and none in vSphere', () => {
  expect(guestOs('Ubuntu 24.04 LTS', 'aarch64', 20)).toEqual({ cimId: 101, vmware: null, virtualbox: 'Ubuntu_arm64' })
  expect(guestOs('Gentoo', 'aarch64', 20).virtualbox).toBe('Linux26_arm64')
})
