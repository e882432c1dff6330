import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ImageInfo } from '../images/image-info.js'
import type { MachineChoice } from '../jobs/convert-request.js'
import { buildOvf } from './descriptor.js'
import { machineFor, type OvfVariant } from './machine.js'
import { packageStem } from './package-names.js'
import { sampleInfo } from './testing/sample-info.js'
import { childNames, only, parseXml, type XmlNode } from './testing/xml-tree.js'

const DISK = {
  file: 'boot-disk1.vmdk',
  fileBytes: 812_345_344,
  capacityBytes: 10 * 1024 ** 3,
  populatedBytes: 2_147_483_648,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
}

function ovf(info: Partial<ImageInfo>, choice: MachineChoice, variant: OvfVariant, name = 'boot'): string {
  return buildOvf(machineFor(sampleInfo(info), choice, variant), DISK, { name, id: packageStem(name) })
}

const FCOS: Partial<ImageInfo> = { osName: 'Fedora CoreOS 40.20240416.3.1', ignitionPlatform: 'vmware', firmware: 'both' }
const DEBIAN: Partial<ImageInfo> = { osName: 'Debian GNU/Linux 12 (bookworm)', firmware: 'bios' }
const ARM: Partial<ImageInfo> = { osName: 'Ubuntu 24.04 LTS', firmware: 'uefi', name: 'noble-arm64.img' }

/** Read by hand against the templates that `buildOvf` names, then kept. */
const SAMPLES: readonly (readonly [file: string, text: string])[] = [
  ['vmware-ignition-efi.ovf', ovf(FCOS, { secureBoot: true, memoryMib: 8192 }, 'vmware')],
  ['vmware-cloud-init-bios.ovf', ovf(DEBIAN, { diskController: 'lsilogic', network: 'e1000', cpus: 1, hardwareVersion: 20 }, 'vmware')],
  ['vmware-nothing-known.ovf', ovf({}, { network: 'none', diskController: 'nvme' }, 'vmware', 'Tom & Jerry\'s "<best>" ünïcode')],
  ['virtualbox-efi.ovf', ovf({ ...FCOS, firmware: 'uefi' }, {}, 'virtualbox')],
  ['virtualbox-bios.ovf', ovf(DEBIAN, { diskController: 'ide', network: 'none' }, 'virtualbox')],
  ['virtualbox-arm.ovf', ovf(ARM, {}, 'virtualbox')],
]

test.each(SAMPLES)('%s is written as it was read and kept', (file, text) => {
  expect(text).toBe(fs.readFileSync(path.join(import.meta.dirname, 'samples', file), 'utf8'))
})

test.each(SAMPLES)('%s has the order of the OVF schema', (_, text) => {
  const envelope = parseXml(text)
  expect(envelope.name).toBe('ovf:Envelope')
  const sections = childNames(envelope)
  expect(sections.filter((name) => name !== 'ovf:NetworkSection')).toEqual(['ovf:References', 'ovf:DiskSection', 'ovf:VirtualSystem'])
  expect(sections.indexOf('ovf:VirtualSystem')).toBe(sections.length - 1)
  const system = only(envelope, 'ovf:VirtualSystem')
  expect(childNames(system).slice(0, 4)).toEqual(['ovf:Info', 'ovf:Name', 'ovf:OperatingSystemSection', 'ovf:VirtualHardwareSection'])
  for (const section of [...envelope.children.slice(1), ...system.children.slice(2)]) {
    expect(section.children[0]?.name).toBe('ovf:Info')
  }
  const hardware = only(system, 'ovf:VirtualHardwareSection')
  expect(hardware.children.map((child) => child.name).filter((name, at, all) => name !== all[at - 1])).toEqual([
    'ovf:Info',
    'ovf:System',
    'ovf:Item',
    ...(text.includes('xmlns:vmw') ? ['vmw:Config'] : []),
  ])
  for (const item of [only(hardware, 'ovf:System'), ...items(system)]) {
    expect(childNames(item)).toEqual(childNames(item).toSorted())
    expect(new Set(childNames(item)).size).toBe(item.children.length)
  }
})

test.each(SAMPLES)('in %s every reference has what it refers to', (_, text) => {
  const envelope = parseXml(text)
  const file = only(only(envelope, 'ovf:References'), 'ovf:File').attributes
  const disk = only(only(envelope, 'ovf:DiskSection'), 'ovf:Disk').attributes
  expect(disk['ovf:fileRef']).toBe(file['ovf:id'])
  const all = items(only(envelope, 'ovf:VirtualSystem'))
  const ids = all.map((item) => only(item, 'rasd:InstanceID').text)
  expect(new Set(ids).size).toBe(ids.length)
  const hard = all.find((item) => only(item, 'rasd:ResourceType').text === '17')
  if (!hard) throw new Error('no disk')
  expect(ids).toContain(only(hard, 'rasd:Parent').text)
  expect(only(hard, 'rasd:HostResource').text).toBe(`ovf:/disk/${disk['ovf:diskId']}`)
  const networks = envelope.children.find((child) => child.name === 'ovf:NetworkSection')?.children.slice(1) ?? []
  const connections = all.flatMap((item) => item.children.filter((child) => child.name === 'rasd:Connection').map((child) => child.text))
  expect(connections).toEqual(networks.map((network) => network.attributes['ovf:name']))
})

test('any name that is no control character arrives as it is, and brings no markup along', () => {
  const plain = ovf({}, {}, 'virtualbox')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
      fc.pre(!/[\p{Cc}\u2028\u2029\ufffe\uffff]/u.test(name) && name.isWellFormed())
      const tree = parseXml(buildOvf(machineFor(sampleInfo({ osName: name }), {}, 'virtualbox'), DISK, { name, id: packageStem(name) }))
      const system = only(tree, 'ovf:VirtualSystem')
      expect(only(system, 'ovf:Name').text).toBe(name)
      expect(only(system, 'vbox:Machine').attributes['name']).toBe(name)
      expect(only(only(system, 'ovf:OperatingSystemSection'), 'ovf:Description').text).toBe(name)
      expect(count(tree)).toBe(count(parseXml(plain)) + 1)
    }),
  )
})

test.each(['two\nlines', 'tab\there', 'bell\u0007', 'half \ud83d', 'nul\0', '\u2028', '\uffff'])('refuses the name %j', (name) => {
  expect(() => ovf({}, {}, 'vmware', name)).toThrow(expect.objectContaining({ code: 'bad-input' }))
})

test('words of the guest that XML cannot hold are left out', () => {
  const text = ovf({ osName: 'Evil\nOS \u0000<x>' }, {}, 'vmware')
  expect(text).toContain('<Description>EvilOS &lt;x&gt;</Description>')
})

function items(system: XmlNode): XmlNode[] {
  return only(system, 'ovf:VirtualHardwareSection').children.filter((child) => child.name === 'ovf:Item')
}

function count(node: XmlNode): number {
  return node.children.reduce((sum, child) => sum + count(child), 1)
}
