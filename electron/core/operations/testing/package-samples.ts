import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

/** Where the disks lie and packages are made. */
export interface Packing {
  readonly folder: string
  /** Runs one program in a folder. */
  readonly run: (program: string, args: readonly string[], folder: string, input?: string) => void
}

type Change = (text: string) => string
const same: Change = (text) => text
const MIB = 1024 * 1024

export interface OvaChange {
  readonly ovf?: Change
  readonly mf?: Change
  /** Which disk is in it; default the stream-optimized one. */
  readonly disk?: string
  /** Arguments of tar, for names that are in the folder: `machine.ovf`, `machine.mf`, `disk1.vmdk`, the link `link.vmdk`, `sub/disk1.vmdk`. */
  readonly tar?: readonly string[]
}

export function makeOva({ folder, run }: Packing, name: string, change: OvaChange = {}): string {
  const vmdk = fs.readFileSync(path.join(folder, change.disk ?? 'stream.vmdk'))
  const inside = scratch(folder, 'sub')
  fs.writeFileSync(path.join(inside, 'disk1.vmdk'), vmdk)
  fs.writeFileSync(path.join(inside, 'sub/disk1.vmdk'), vmdk)
  fs.symlinkSync('disk1.vmdk', path.join(inside, 'link.vmdk'))
  const ovf = `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
  <References><File ovf:id="file1" ovf:href="disk1.vmdk" ovf:size="${vmdk.length}"/></References>
  <DiskSection><Info>Disks</Info><Disk ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:capacity="8" ovf:capacityAllocationUnits="byte * 2^20"/></DiskSection>
  <VirtualSystem ovf:id="vm"><Item><rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource></Item></VirtualSystem>
</Envelope>
`
  fs.writeFileSync(path.join(inside, 'machine.ovf'), (change.ovf ?? same)(ovf))
  const line = (file: string): string => `SHA256(${file})= ${sha256(fs.readFileSync(path.join(inside, file)))}\n`
  fs.writeFileSync(path.join(inside, 'machine.mf'), (change.mf ?? same)(line('machine.ovf') + line('disk1.vmdk')))
  const tar = change.tar ?? ['--format=ustar', 'machine.ovf', 'machine.mf', 'disk1.vmdk']
  run('tar', ['-b1', '-cf', path.join(folder, name), ...tar], inside)
  return path.join(folder, name)
}

export interface GoogleChange {
  readonly name?: string
  readonly bytes?: number
  /** Leave the backup GPT where it was. */
  readonly moved?: boolean
  readonly tar?: readonly string[]
  readonly edit?: (tar: Buffer) => Buffer
}

export function makeGoogle({ folder, run }: Packing, name: string, change: GoogleChange = {}): string {
  const inside = scratch(folder, 'other')
  const disk = change.name ?? 'disk.raw'
  fs.copyFileSync(path.join(folder, 'disk.raw'), path.join(inside, disk))
  fs.truncateSync(path.join(inside, disk), change.bytes ?? 1024 * MIB)
  if (change.moved !== false) run('sfdisk', ['-q', '--relocate', 'gpt-bak-std', disk], inside)
  fs.writeFileSync(path.join(inside, 'second'), 'more')
  const tar = change.tar ?? ['--format=oldgnu', '-S', disk]
  run('tar', ['-cf', 'whole.tar', ...tar], inside)
  const bytes = fs.readFileSync(path.join(inside, 'whole.tar'))
  fs.writeFileSync(path.join(folder, name), gzipSync(change.edit?.(bytes) ?? bytes, { level: 1 }))
  return path.join(folder, name)
}

export interface OracleChange {
  readonly gzip?: boolean
  readonly metadata?: Change
  /** Which file is the disk. */
  readonly disk?: string
  /** Names in it: `image_metadata.json`, `output.QCOW2`, `second.QCOW2`, the link `link`. */
  readonly names?: readonly string[]
}

export function makeOracle({ folder, run }: Packing, name: string, change: OracleChange = {}): string {
  const inside = scratch(folder, 'sub')
  for (const disk of ['output.QCOW2', 'second.QCOW2'])
    fs.copyFileSync(path.join(folder, change.disk ?? 'disk.qcow2'), path.join(inside, disk))
  fs.symlinkSync('output.QCOW2', path.join(inside, 'link'))
  const drivers = { networkType: 'PARAVIRTUALIZED', bootVolumeType: 'PARAVIRTUALIZED', remoteDataVolumeType: 'PARAVIRTUALIZED' }
  const metadata = JSON.stringify({ version: 2, externalLaunchOptions: { firmware: 'UEFI_64', ...drivers } })
  fs.writeFileSync(path.join(inside, 'image_metadata.json'), (change.metadata ?? same)(metadata))
  const names = change.names ?? ['image_metadata.json', 'output.QCOW2']
  run('tar', ['--format=gnu', change.gzip ? '-czf' : '-cf', path.join(folder, name), ...names], inside)
  return path.join(folder, name)
}

export interface ContainerDiskChange {
  readonly owner?: string
  readonly disk?: string
  /** Names in the layer: the folder `disk`, `etc`, `top.qcow2`. */
  readonly names?: readonly string[]
  readonly layerType?: string
  readonly layer?: (gzipped: Buffer) => Buffer
  readonly config?: Change
  readonly manifest?: Change
  readonly index?: Change
  readonly layout?: Change
  /** Done to the bytes of a blob after its digest was taken. */
  readonly damage?: 'config' | 'layer' | 'manifest'
}

/** As `podman save --format oci-archive` of `FROM scratch; ADD --chown=107:107 disk.qcow2 /disk/`. */
export function makeContainerDisk({ folder, run }: Packing, name: string, change: ContainerDiskChange = {}): string {
  const inside = scratch(folder, 'disk', 'etc', 'image/blobs/sha256')
  const image = path.join(inside, 'image')
  for (const place of ['disk/disk.qcow2', 'top.qcow2'])
    fs.copyFileSync(path.join(folder, change.disk ?? 'disk.qcow2'), path.join(inside, place))
  const owner = change.owner ?? '107'
  const owned = [`--owner=${owner}`, `--group=${owner}`, '--numeric-owner']
  run('tar', ['--format=ustar', ...owned, '-cf', 'layer.tar', ...(change.names ?? ['disk'])], inside)
  const blob = (kind: ContainerDiskChange['damage'], bytes: Buffer, mediaType: string): object => {
    const damaged = Buffer.from(bytes)
    if (change.damage === kind) damaged.writeUInt8(damaged.readUInt8(5) ^ 1, 5)
    fs.writeFileSync(path.join(image, 'blobs/sha256', sha256(bytes)), damaged)
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length }
  }
  const type = 'application/vnd.oci.image'
  const layer = fs.readFileSync(path.join(inside, 'layer.tar'))
  const rootfs = { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] }
  const write = (value: object, edit: Change | undefined): Buffer => Buffer.from((edit ?? same)(JSON.stringify(value)))
  const config = blob('config', write({ architecture: 'amd64', os: 'linux', rootfs }, change.config), `${type}.config.v1+json`)
  const packed = gzipSync(layer, { level: 1 })
  const layers = [blob('layer', change.layer?.(packed) ?? packed, change.layerType ?? `${type}.layer.v1.tar+gzip`)]
  const manifest = blob('manifest', write({ schemaVersion: 2, config, layers }, change.manifest), `${type}.manifest.v1+json`)
  fs.writeFileSync(path.join(image, 'index.json'), write({ schemaVersion: 2, manifests: [manifest] }, change.index))
  fs.writeFileSync(path.join(image, 'oci-layout'), write({ imageLayoutVersion: '1.0.0' }, change.layout))
  run('tar', ['--format=ustar', '-cf', path.join(folder, name), 'oci-layout', 'index.json', 'blobs'], image)
  return path.join(folder, name)
}

/** A new folder of its own with these folders in it. */
function scratch(folder: string, ...folders: string[]): string {
  const inside = fs.mkdtempSync(path.join(folder, 'package-'))
  for (const name of folders) fs.mkdirSync(path.join(inside, name), { recursive: true })
  return inside
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
