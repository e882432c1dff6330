import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { LintExpectation } from '#shared/lint/finding'
import { streamVmdk } from './stream-vmdk.js'

/** Runs one program in a folder. */
export type Run = (program: string, args: readonly string[], folder: string, input?: string) => void

export interface Sample {
  readonly file: string
  readonly expectation: LintExpectation
}

const MIB = 1024 * 1024

/** One good file of each kind, by the programs that people make them with today: qemu-img, tar, sfdisk, gzip. Names are those of the table of tests. */
export function makeSamples(folder: string, run: Run): Record<string, Sample> {
  const at = (name: string): string => path.join(folder, name)
  const disk = Buffer.alloc(8 * MIB)
  // What compresses badly, and is the same each time.
  let noise = 1
  for (let index = 0; index < 2 * MIB; index += 1) {
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0
    disk[3 * MIB + index] = noise >>> 16
  }
  fs.writeFileSync(at('disk.raw'), disk)
  run('sfdisk', ['-q', 'disk.raw'], folder, 'label: gpt\nstart=2048, size=8192\n')
  const convert = (format: string, options: string, name: string): void =>
    run('qemu-img', ['convert', '-f', 'raw', '-O', format, '-o', options, 'disk.raw', name], folder)
  convert('vpc', 'subformat=fixed,force_size=on', 'fixed.vhd')
  convert('vpc', 'subformat=dynamic,force_size=on', 'dynamic.vhd')
  convert('vhdx', 'subformat=dynamic', 'disk.vhdx')
  convert('vdi', 'static=off', 'disk.vdi')
  convert('qcow2', 'compat=1.1', 'disk.qcow2')
  convert('vmdk', 'subformat=monolithicSparse', 'sparse.vmdk')
  convert('vmdk', 'subformat=streamOptimized', 'qemu-stream.vmdk')
  convert('vmdk', 'subformat=monolithicFlat', 'flat.vmdk')
  fs.writeFileSync(at('stream.vmdk'), streamVmdk(fs.readFileSync(at('disk.raw')), 'stream.vmdk'))
  makeOva(folder, run)
  makeGoogle(folder, run)
  makeOracle(folder, run)
  makeContainerDisk(folder, run)
  return {
    raw: { file: at('disk.raw'), expectation: { format: 'raw' } },
    fixed: { file: at('fixed.vhd'), expectation: { format: 'vhd', subformat: 'fixed', container: null, platform: 'azure' } },
    dynamic: { file: at('dynamic.vhd'), expectation: { format: 'vhd', subformat: 'dynamic', platform: 'hyperv' } },
    vhdx: { file: at('disk.vhdx'), expectation: { artifact: 'hyperv-vhdx' } },
    vdi: { file: at('disk.vdi'), expectation: { artifact: 'virtualbox-vdi' } },
    qcow2: { file: at('disk.qcow2'), expectation: { artifact: 'openstack-qcow2' } },
    sparse: { file: at('sparse.vmdk'), expectation: { artifact: 'workstation-vmdk' } },
    stream: { file: at('stream.vmdk'), expectation: { artifact: 'vmware-vmdk' } },
    flat: { file: at('flat.vmdk'), expectation: { format: 'vmdk', subformat: 'monolithicFlat' } },
    ova: { file: at('machine.ova'), expectation: { artifact: 'vmware-ova' } },
    google: { file: at('google.tar.gz'), expectation: { artifact: 'gcp-tar' } },
    oracle: { file: at('oracle.oci'), expectation: { artifact: 'oci-archive' } },
    'oracle-gz': { file: at('oracle-gz.oci'), expectation: { artifact: 'oci-archive' } },
    containerdisk: { file: at('disk.oci.tar'), expectation: { artifact: 'kubevirt-containerdisk' } },
  }
}

const SYSTEM = '--owner=0 --group=0 --numeric-owner --sort=name'.split(' ')

function makeOva(folder: string, run: Run): void {
  const vmdk = fs.readFileSync(path.join(folder, 'stream.vmdk'))
  const inside = path.join(folder, 'ova')
  fs.mkdirSync(inside)
  fs.writeFileSync(path.join(inside, 'disk1.vmdk'), vmdk)
  const ovf = `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
  <References><File ovf:id="file1" ovf:href="disk1.vmdk" ovf:size="${vmdk.length}"/></References>
  <DiskSection><Info>Disks</Info><Disk ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:capacity="8" ovf:capacityAllocationUnits="byte * 2^20"/></DiskSection>
  <VirtualSystem ovf:id="vm"><Item><rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource></Item></VirtualSystem>
</Envelope>
`
  fs.writeFileSync(path.join(inside, 'machine.ovf'), ovf)
  const line = (name: string): string => `SHA256(${name})= ${sha256(fs.readFileSync(path.join(inside, name)))}\n`
  fs.writeFileSync(path.join(inside, 'machine.mf'), line('machine.ovf') + line('disk1.vmdk'))
  run('tar', ['--format=ustar', '-b1', '-cf', '../machine.ova', 'machine.ovf', 'machine.mf', 'disk1.vmdk'], inside)
}

function makeGoogle(folder: string, run: Run): void {
  const inside = path.join(folder, 'google')
  fs.mkdirSync(inside)
  fs.copyFileSync(path.join(folder, 'disk.raw'), path.join(inside, 'disk.raw'))
  fs.truncateSync(path.join(inside, 'disk.raw'), 1024 * MIB)
  run('sfdisk', ['-q', '--relocate', 'gpt-bak-std', 'disk.raw'], inside)
  run('tar', ['--format=oldgnu', '-S', '-cf', '../google.tar', 'disk.raw'], inside)
  fs.writeFileSync(path.join(folder, 'google.tar.gz'), gzipSync(fs.readFileSync(path.join(folder, 'google.tar'))))
}

function makeOracle(folder: string, run: Run): void {
  const inside = path.join(folder, 'oracle')
  fs.mkdirSync(inside)
  fs.copyFileSync(path.join(folder, 'disk.qcow2'), path.join(inside, 'output.QCOW2'))
  const launch = {
    firmware: 'UEFI_64',
    networkType: 'PARAVIRTUALIZED',
    bootVolumeType: 'PARAVIRTUALIZED',
    remoteDataVolumeType: 'PARAVIRTUALIZED',
  }
  fs.writeFileSync(path.join(inside, 'image_metadata.json'), JSON.stringify({ version: 2, externalLaunchOptions: launch }))
  run('tar', ['--format=gnu', '-cf', '../oracle.oci', 'image_metadata.json', 'output.QCOW2'], inside)
  run('tar', ['--format=gnu', '-czf', '../oracle-gz.oci', 'image_metadata.json', 'output.QCOW2'], inside)
}

/** As `podman save --format oci-archive` of `FROM scratch; ADD --chown=107:107 disk.qcow2 /disk/`. */
function makeContainerDisk(folder: string, run: Run): void {
  const [layerOf, image] = [path.join(folder, 'layer'), path.join(folder, 'image')]
  fs.mkdirSync(path.join(layerOf, 'disk'), { recursive: true })
  fs.mkdirSync(path.join(image, 'blobs/sha256'), { recursive: true })
  fs.copyFileSync(path.join(folder, 'disk.qcow2'), path.join(layerOf, 'disk/disk.qcow2'))
  run('tar', ['--format=ustar', '--owner=107', '--group=107', '--numeric-owner', '-cf', '../layer.tar', 'disk'], layerOf)
  const blob = (bytes: Buffer, mediaType: string): { mediaType: string; digest: string; size: number } => {
    fs.writeFileSync(path.join(image, 'blobs/sha256', sha256(bytes)), bytes)
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length }
  }
  const type = 'application/vnd.oci.image'
  const layer = fs.readFileSync(path.join(folder, 'layer.tar'))
  const rootfs = { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] }
  const config = blob(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs })), `${type}.config.v1+json`)
  const layers = [blob(gzipSync(layer), `${type}.layer.v1.tar+gzip`)]
  const manifest = blob(Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers })), `${type}.manifest.v1+json`)
  fs.writeFileSync(path.join(image, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
  fs.writeFileSync(path.join(image, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  run('tar', ['--format=ustar', ...SYSTEM, '-cf', '../disk.oci.tar', 'oci-layout', 'index.json', 'blobs'], image)
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
