import { hardwareItems, networkName } from './hardware-items.js'
import type { OvfMachine } from './machine.js'
import { productSection } from './properties.js'
import { virtualBoxMachine } from './virtualbox-machine.js'
import { element, renderXml, textElement, type XmlElement } from './xml.js'

/** The disk as the package holds it. */
export interface OvfDisk {
  /** Name of the file in the package. */
  readonly file: string
  /** Bytes of that file. */
  readonly fileBytes: number
  /** Bytes that the guest sees. */
  readonly capacityBytes: number
  /** Bytes of them that hold something. */
  readonly populatedBytes: number
  /** SHA-256 of the file, lower-case hex: identities are made from it. */
  readonly sha256: string
}

export interface OvfNames {
  /** For people. */
  readonly name: string
  /** For programs: letters, digits, `.`, `_`, `-`. */
  readonly id: string
}

const NAMESPACES = {
  xmlns: 'http://schemas.dmtf.org/ovf/envelope/1',
  'xmlns:cim': 'http://schemas.dmtf.org/wbem/wscim/1/common',
  'xmlns:ovf': 'http://schemas.dmtf.org/ovf/envelope/1',
  'xmlns:rasd': 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData',
  'xmlns:vssd': 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
} as const

const DIALECTS = {
  vmware: { 'xmlns:vmw': 'http://www.vmware.com/schema/ovf' },
  virtualbox: { 'xmlns:vbox': 'http://www.virtualbox.org/ovf/machine', 'ovf:version': '1.0' },
} as const

const STREAM_OPTIMIZED = 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized'
const DISK_ID = 'vmdisk1'
const FILE_ID = 'file1'

/**
 * The OVF descriptor of a machine with one disk: OVF 1.x (DSP0243 1.1.0), whose namespace every importer knows, in the order of its
 * schema (DSP8023: References, sections, VirtualSystem with Info, Name, sections). What each importer wants besides: coreos-assembler's
 * vmware-template.xml and virtualbox-template.xml, osbuild's org.osbuild.ovf, vmware/open-vmdk's ova-compose.py, govmomi's ovf package,
 * VirtualBox's ovfreader.cpp. The same machine and disk give the same bytes.
 *
 * @throws AppError `bad-input` for a name that XML cannot hold
 */
export function buildOvf(machine: OvfMachine, disk: OvfDisk, names: OvfNames): string {
  const diskUuid = uuidOf(disk.sha256, 0)
  return renderXml(
    element('Envelope', { ...NAMESPACES, ...DIALECTS[machine.variant], 'xml:lang': 'en-US' }, [
      element('References', {}, [element('File', { 'ovf:href': disk.file, 'ovf:id': FILE_ID, 'ovf:size': String(disk.fileBytes) })]),
      element('DiskSection', {}, [
        textElement('Info', 'Virtual disk information'),
        element('Disk', {
          'ovf:capacity': String(disk.capacityBytes),
          'ovf:capacityAllocationUnits': 'byte',
          'ovf:diskId': DISK_ID,
          'ovf:fileRef': FILE_ID,
          'ovf:format': STREAM_OPTIMIZED,
          'ovf:populatedSize': String(disk.populatedBytes),
          ...(machine.variant === 'virtualbox' ? { 'vbox:uuid': diskUuid } : {}),
        }),
      ]),
      ...networkSection(machine),
      element('VirtualSystem', { 'ovf:id': names.id }, [
        textElement('Info', 'A virtual machine'),
        textElement('Name', names.name),
        operatingSystem(machine),
        hardwareSection(machine, names),
        ...present(productSection(machine, names.name)),
        ...(machine.variant === 'virtualbox'
          ? present(virtualBoxMachine(machine, { name: names.name, machineUuid: uuidOf(disk.sha256, 32), diskUuid }))
          : []),
      ]),
    ]),
  )
}

function networkSection(machine: OvfMachine): XmlElement[] {
  if (machine.network === 'none') return []
  const name = networkName(machine.variant)
  return [
    element('NetworkSection', {}, [
      textElement('Info', 'The list of logical networks'),
      element('Network', { 'ovf:name': name }, [textElement('Description', `The ${name} network`)]),
    ]),
  ]
}

function operatingSystem(machine: OvfMachine): XmlElement {
  const { cimId, vmware, virtualbox } = machine.os
  const vmw = machine.variant === 'vmware' && vmware !== null ? { 'vmw:osType': vmware } : {}
  return element('OperatingSystemSection', { 'ovf:id': String(cimId), ...vmw }, [
    textElement('Info', 'The kind of installed guest operating system'),
    ...(machine.osName === null ? [] : [textElement('Description', machine.osName)]),
    ...(machine.variant === 'virtualbox' ? [element('vbox:OSType', { 'ovf:required': 'false' }, virtualbox)] : []),
  ])
}

function hardwareSection(machine: OvfMachine, names: OvfNames): XmlElement {
  const transport = machine.properties === 'none' ? {} : { 'ovf:transport': 'com.vmware.guestInfo' }
  return element('VirtualHardwareSection', transport, [
    textElement('Info', 'Virtual hardware requirements'),
    element('System', {}, [
      textElement('vssd:ElementName', 'Virtual Hardware Family'),
      textElement('vssd:InstanceID', '0'),
      textElement('vssd:VirtualSystemIdentifier', names.id),
      textElement(
        'vssd:VirtualSystemType',
        machine.variant === 'vmware' ? `vmx-${String(machine.hardwareVersion).padStart(2, '0')}` : 'virtualbox-2.2',
      ),
    ]),
    ...hardwareItems(machine, DISK_ID),
    ...(machine.variant === 'vmware' ? firmwareConfig(machine) : []),
  ])
}

function firmwareConfig(machine: OvfMachine): XmlElement[] {
  const firmware = config('firmware', machine.firmware)
  return machine.firmware === 'efi' ? [config('bootOptions.efiSecureBootEnabled', String(machine.secureBoot)), firmware] : [firmware]
}

function config(key: string, value: string): XmlElement {
  return element('vmw:Config', { 'ovf:required': 'false', 'vmw:key': key, 'vmw:value': value })
}

function present(node: XmlElement | null): XmlElement[] {
  return node === null ? [] : [node]
}

/** A UUID of version 8 (RFC 9562) from 32 digits of a digest, so that the same disk has the same one. */
function uuidOf(sha256: string, from: number): string {
  const hex = sha256.slice(from, from + 32)
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}
