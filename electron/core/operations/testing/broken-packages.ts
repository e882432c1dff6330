import fs from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { LintExpectation } from '#shared/lint/finding'
import {
  type ContainerDiskChange,
  type GoogleChange,
  makeContainerDisk,
  makeGoogle,
  makeOracle,
  makeOva,
  type OracleChange,
  type OvaChange,
  type Packing,
} from './package-samples.js'

/** The rule that has to be told as broken, what it is broken in, and how the package is made. */
export interface BrokenPackage {
  readonly check: string
  readonly kind: string
  readonly expectation: LintExpectation
  readonly make: (packing: Packing) => string
}

const ovf = (from: string | RegExp, to: string): OvaChange => ({ ovf: (text) => text.replace(from, to) })
const mf = (from: string | RegExp, to: string): OvaChange => ({ mf: (text) => text.replace(from, to) })
const tar = (...args: string[]): { tar: string[] } => ({ tar: args })
const ITEM = '<Item><rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource></Item>'

const OVA: readonly (readonly [check: string, change: OvaChange, edit?: (bytes: Buffer) => Buffer])[] = [
  ['ova.tar', {}, (bytes) => Buffer.concat([bytes.subarray(0, 3000), bytes.subarray(3072)])],
  ['ova.ustar', tar('--format=gnu', 'machine.ovf', 'machine.mf', 'disk1.vmdk')],
  ['ova.ustar', tar('--format=ustar', 'machine.ovf', 'machine.mf', 'disk1.vmdk', 'link.vmdk')],
  ['ova.ustar', tar('--format=pax', '--pax-option=comment:=x', 'machine.ovf', 'machine.mf', 'disk1.vmdk')],
  ['ova.names', tar('--format=ustar', 'machine.ovf', 'machine.mf', 'disk1.vmdk', 'sub/disk1.vmdk')],
  ['ova.unique', tar('--format=ustar', 'machine.ovf', 'machine.mf', 'disk1.vmdk', 'disk1.vmdk')],
  ['ova.order', tar('--format=ustar', 'machine.mf', 'machine.ovf', 'disk1.vmdk')],
  ['ova.end', {}, (bytes) => bytes.subarray(0, -1024)],
  ['ova.large-member', {}, largeMember],
  ['ova.descriptor', tar('--format=ustar', 'machine.mf', 'disk1.vmdk')],
  ['ova.xml', ovf('<Envelope', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><Envelope')],
  ['ova.xml', ovf('</References>', '')],
  ['ova.manifest', tar('--format=ustar', 'machine.ovf', 'disk1.vmdk')],
  ['ova.manifest-lines', mf('SHA256', 'MD5')],
  ['ova.manifest-spelling', mf(/SHA256\(/g, 'SHA256 (')],
  ['ova.manifest-covers', mf(/SHA256\(disk1.*\n/, '')],
  ['ova.digests', { mf: (text) => text.replace(/.\n$/, (end) => (end === '0\n' ? '1\n' : '0\n')) }],
  ['ova.sha1', mf(/SHA256(\(.*= )[0-9a-f]{24}/g, 'SHA1$1')],
  ['ova.references', ovf('ovf:href="disk1', 'ovf:href="disk2')],
  ['ova.sizes', ovf('ovf:size="', 'ovf:size="1')],
  ['ova.file-order', tar('--format=ustar', 'machine.ovf', 'disk1.vmdk', 'machine.mf', '--transform=s/sub.disk1/extra/', 'sub/disk1.vmdk')],
  ['ova.machine', ovf('</VirtualSystem>', '</VirtualSystem><VirtualSystem/>')],
  ['ova.disk-files', ovf('ovf:fileRef="file1"', 'ovf:fileRef="file2"')],
  ['ova.attached', ovf('/disk/vmdisk1<', '/disk/vmdisk2<')],
  ['ova.all-attached', ovf(ITEM, '')],
  ['ova.capacity', ovf('ovf:capacity="8"', 'ovf:capacity="9"')],
  ['ova.disk-format', { disk: 'sparse.vmdk' }],
  ['vmdk.end-of-stream', { disk: 'qemu-stream.vmdk' }],
]

/** The size of the last member as a binary number, as GNU tar writes those that octal digits do not hold. */
function largeMember(bytes: Buffer): Buffer {
  const at = bytes.indexOf('disk1.vmdk', bytes.indexOf('machine.mf\0') + 1024)
  const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8)
  bytes.fill(0, at + 124, at + 136)
  bytes.writeUInt8(0x80, at + 124)
  bytes.writeUInt32BE(size, at + 132)
  bytes.fill(0x20, at + 148, at + 156)
  const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
  return bytes
}

const MIB = 1024 ** 2
const GOOGLE: readonly (readonly [check: string, change: GoogleChange, edit?: (bytes: Buffer) => Buffer])[] = [
  ['gcp.whole', {}, (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['gcp.whole', { edit: (whole) => Buffer.concat([whole, Buffer.from('more')]) }],
  ['gcp.tar', {}, () => gzipSync('no archive')],
  ['gcp.name', { name: 'disk.img' }],
  ['gcp.type', tar('--format=pax', '-S', 'disk.raw')],
  ['gcp.dialect', { bytes: 16 * MIB, ...tar('--format=ustar', 'disk.raw') }],
  ['gcp.sparse-map', { edit: (whole) => resum(whole, (header) => header.write('00000000000', 483, 'latin1')) }],
  ['gcp.whole-gib', { bytes: 1023 * MIB }],
  ['gcp.alone', tar('--format=oldgnu', '-S', 'disk.raw', 'second')],
  ['gpt.backup-place', { moved: false }],
]

function resum(archive: Buffer, edit: (header: Buffer) => void): Buffer {
  edit(archive)
  archive.fill(0x20, 148, 156)
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return archive
}

const metadata = (from: string | RegExp, to: string): OracleChange => ({ metadata: (text) => text.replace(from, to) })
const ORACLE: readonly (readonly [check: string, change: OracleChange, edit?: (bytes: Buffer) => Buffer])[] = [
  ['oci.tar', {}, (bytes) => bytes.subarray(0, bytes.length - 20_480)],
  ['oci.tar', { gzip: true }, (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['oci.members', { names: ['image_metadata.json', 'output.QCOW2', 'link'] }],
  ['oci.metadata', { names: ['output.QCOW2'] }],
  ['oci.metadata-json', metadata('{', '[')],
  ['oci.version', metadata('"version":2', '"version":1')],
  ['oci.firmware', metadata('UEFI_64', 'UEFI')],
  ['oci.launch', metadata('bootVolumeType', 'bootType')],
  ['oci.one-disk', { names: ['image_metadata.json', 'output.QCOW2', 'second.QCOW2'] }],
  ['oci.format', { disk: 'disk.vdi' }],
  ['packed.disk', { disk: 'package.txt' }],
]

const CONTAINER: readonly (readonly [check: string, change: ContainerDiskChange, edit?: (bytes: Buffer) => Buffer])[] = [
  ['containerdisk.tar', {}, (bytes) => bytes.subarray(0, bytes.length - 20_480)],
  ['containerdisk.layout', { layout: (text) => text.replace('1.0.0', '9.0.0') }],
  ['containerdisk.index', { index: (text) => text.replace(/\[(.*)\]/, '[$1,$1]') }],
  ['containerdisk.manifest', { damage: 'manifest' }],
  ['containerdisk.config', { damage: 'config' }],
  ['containerdisk.layer', { damage: 'layer' }],
  ['containerdisk.platform', { config: (text) => text.replace('linux', 'plan9') }],
  ['containerdisk.layers', { manifest: (text) => text.replace(/"layers":\[(.*)\]/, '"layers":[$1,$1]') }],
  ['containerdisk.layer-type', { layerType: 'application/vnd.oci.image.layer.v1.tar+zstd' }],
  ['containerdisk.layer-tar', { layer: (packed) => packed.subarray(0, packed.length / 2) }],
  ['containerdisk.diff-id', { config: (text) => text.replace(/sha256:../, 'sha256:zz') }],
  ['containerdisk.members', { names: ['disk', 'etc'] }],
  ['containerdisk.path', { names: ['top.qcow2'] }],
  ['containerdisk.owner', { owner: '0' }],
  ['containerdisk.format', { disk: 'disk.vdi' }],
  ['packed.disk', { disk: 'package.txt' }],
]

function rows<C>(
  kind: string,
  expectation: LintExpectation,
  maker: (packing: Packing, name: string, change: C) => string,
  table: readonly (readonly [string, C, ((bytes: Buffer) => Buffer)?])[],
): BrokenPackage[] {
  return table.map(([check, change, edit]) => ({
    check,
    kind,
    expectation,
    make: (packing) => {
      const file = maker(packing, `broken-${kind}`, change)
      if (edit) fs.writeFileSync(file, edit(fs.readFileSync(file)))
      return file
    },
  }))
}

export const BROKEN_PACKAGES: readonly BrokenPackage[] = [
  ...rows('ova', { artifact: 'vmware-ova' }, makeOva, OVA),
  ...rows('google', { artifact: 'gcp-tar' }, makeGoogle, GOOGLE),
  ...rows('oracle', { artifact: 'oci-archive' }, makeOracle, ORACLE),
  ...rows('containerdisk', { artifact: 'kubevirt-containerdisk' }, makeContainerDisk, CONTAINER),
]
