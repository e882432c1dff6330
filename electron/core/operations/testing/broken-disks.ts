import { crc32c, withZeros } from '#shared/lint/checksums'
import type { LintExpectation } from '#shared/lint/finding'

/** Changes the bytes in place, or gives others. */
export type Break = (bytes: Buffer) => Buffer | undefined
/** The rule that has to be told as broken, the good file, what is done to it, and what the file should be where that is not what the sample should. */
export type BrokenRow = readonly [check: string, sample: string, edit: Break, expectation?: LintExpectation]

const KIB = 1024
const MIB = 1024 * KIB
const FOOTER = -512

/** A change in place; below zero places count from the end. */
function patch(at: number, ...values: number[]): Break {
  return (bytes) => void Buffer.from(values).copy(bytes, at < 0 ? bytes.length + at : at)
}

function flip(at: number): Break {
  return (bytes) => {
    const place = at < 0 ? bytes.length + at : at
    bytes.writeUInt8(bytes.readUInt8(place) ^ 0xff, place)
    return undefined
  }
}

const append =
  (count: number): Break =>
  (bytes) =>
    Buffer.concat([bytes, Buffer.alloc(count)])

function text(from: string | RegExp, to: string): Break {
  return (bytes) => {
    const before = bytes.toString('latin1')
    const after = before.replace(from, to)
    // A text inside of a binary file keeps its length.
    const room = after.length < before.length ? after.replace('# Disk', `#${' '.repeat(before.length - after.length)} Disk`) : after
    return Buffer.from(room, 'latin1')
  }
}

/** Both checksums of a VHD made right again, so that the rule that was broken is the one that is told. */
function sealed(edit: Break): Break {
  return (bytes) => {
    edit(bytes)
    seal(bytes, bytes.length - 512, 512, 64)
    if (bytes.toString('latin1', 512, 520) === 'cxsparse') seal(bytes, 512, 1024, 36)
    return undefined
  }
}

function seal(bytes: Buffer, at: number, length: number, checksumAt: number): void {
  bytes.writeUInt32BE(0, at + checksumAt)
  const sum = bytes.subarray(at, at + length).reduce((total, byte) => total + byte, 0)
  bytes.writeUInt32BE(~sum >>> 0, at + checksumAt)
}

/** The same for both headers and both region tables of a VHDX. */
function sealedVhdx(edit: (bytes: Buffer, at: number) => void, places: readonly number[] = [64 * KIB, 128 * KIB]): Break {
  return (bytes) => {
    for (const at of places) {
      edit(bytes, at)
      const length = at < 192 * KIB ? 4 * KIB : 64 * KIB
      bytes.writeUInt32LE(crc32c(withZeros(bytes.subarray(at, at + length), 4, 4)), at + 4)
    }
    return undefined
  }
}

/** Where an item of the metadata of a VHDX lies, by its number in the table that QEMU writes. */
function item(bytes: Buffer, number: number): number {
  const metadata = bytes.indexOf('metadata', MIB)
  return metadata + bytes.readUInt32LE(metadata + 32 + number * 32 + 16)
}
const blockTable = (bytes: Buffer): number =>
  [0, 1]
    .map((entry) => 192 * KIB + 16 + entry * 32)
    .flatMap((at) => (bytes.toString('hex', at, at + 4) === '6677c22d' ? [Number(bytes.readBigUInt64LE(at + 16))] : []))[0] ?? 0
const firstTable = (bytes: Buffer, gdOffset: bigint): number => bytes.readUInt32LE(Number(gdOffset) * 512) * 512
/** Byte of the first entry that is set, from a place on. */
function firstEntry(bytes: Buffer, at: number): number {
  let place = at
  while (bytes.readUInt32LE(place) === 0) place += 4
  return place
}

const GPT: readonly BrokenRow[] = [
  ['gpt.primary', 'raw', flip(512 + 56)],
  ['gpt.entries', 'raw', flip(1024 + 40)],
  ['gpt.backup-place', 'raw', append(MIB)],
  ['gpt.backup', 'raw', flip(FOOTER + 60)],
  ['gpt.backup-entries', 'raw', flip(FOOTER - 128 * 128)],
  ['raw.sectors', 'raw', append(1)],
  ['file.kind', 'raw', () => Buffer.from('no disk at all, but a text\n'), {}],
]

const VHD: readonly BrokenRow[] = [
  ['vhd.footer', 'fixed', flip(FOOTER)],
  ['vhd.checksum', 'fixed', flip(FOOTER + 70)],
  ['vhd.version', 'fixed', sealed(patch(FOOTER + 12, 0, 2))],
  ['vhd.type', 'fixed', sealed(patch(FOOTER + 60, 0, 0, 0, 4))],
  ['vhd.saved-state', 'fixed', sealed(patch(FOOTER + 84, 1))],
  ['vhd.size', 'fixed', sealed(patch(FOOTER + 48, 0, 0, 0, 0, 0, 0, 3, 1))],
  ['vhd.fixed-size', 'fixed', (bytes) => bytes.subarray(512)],
  ['vhd.fixed-offset', 'fixed', sealed(patch(FOOTER + 16, 0, 0, 0, 0, 0, 0, 2, 0))],
  ['vhd.footer-copy', 'dynamic', flip(100)],
  ['vhd.dynamic-header', 'dynamic', flip(512 + 60)],
  ['vhd.block-size', 'dynamic', sealed(patch(512 + 32, 0, 0x30, 0, 0))],
  ['vhd.covers', 'dynamic', sealed(patch(512 + 28, 0, 0, 0, 1))],
  ['vhd.table', 'dynamic', sealed(patch(512 + 16, 0, 0, 1))],
  ['vhd.blocks', 'dynamic', patch(1536, 0x7f, 0xff)],
  ['vhd.blocks-once', 'dynamic', (bytes) => void bytes.copy(bytes, 1536, 1540, 1544)],
  ['platform.size', 'fixed', sealed(patch(FOOTER + 48, 0, 0, 0, 0, 0, 0x7f, 0xfe, 0))],
  ['platform.format', 'dynamic', () => undefined, { platform: 'azure' }],
  ['expected.subformat', 'dynamic', () => undefined, { format: 'vhd', subformat: 'fixed' }],
]

const VHDX: readonly BrokenRow[] = [
  ['vhdx.signature', 'vhdx', flip(0)],
  ['vhdx.header', 'vhdx', (bytes) => void [64 * KIB, 128 * KIB].map((at) => flip(at + 9)(bytes))],
  ['vhdx.both-headers', 'vhdx', flip(64 * KIB + 9)],
  ['vhdx.sequence', 'vhdx', sealedVhdx((bytes, at) => void bytes.writeBigUInt64LE(7n, at + 8))],
  ['vhdx.version', 'vhdx', sealedVhdx((bytes, at) => void bytes.writeUInt16LE(2, at + 66))],
  ['vhdx.log', 'vhdx', sealedVhdx((bytes, at) => void bytes.writeUInt16LE(2, at + 48))],
  ['vhdx.region-table', 'vhdx', (bytes) => void [192 * KIB, 256 * KIB].map((at) => flip(at + 30)(bytes))],
  ['vhdx.both-region-tables', 'vhdx', flip(256 * KIB + 30)],
  ['vhdx.regions', 'vhdx', sealedVhdx((bytes, at) => void bytes.writeBigUInt64LE(1n << 40n, at + 32), [192 * KIB, 256 * KIB])],
  ['vhdx.metadata', 'vhdx', (bytes) => void bytes.write('metaDATA', bytes.indexOf('metadata', MIB))],
  ['vhdx.parent', 'vhdx', (bytes) => void bytes.writeUInt32LE(2, item(bytes, 0) + 4)],
  ['vhdx.block-size', 'vhdx', (bytes) => void bytes.writeUInt32LE(3 * MIB, item(bytes, 0))],
  ['vhdx.sector-size', 'vhdx', (bytes) => void bytes.writeUInt32LE(100, item(bytes, 3))],
  ['vhdx.covers', 'vhdx', (bytes) => void bytes.writeBigUInt64LE(1n << 45n, item(bytes, 1))],
  ['vhdx.blocks', 'vhdx', (bytes) => void bytes.writeBigUInt64LE((1n << 40n) | 6n, blockTable(bytes))],
  [
    'vhdx.blocks-once',
    'vhdx',
    (bytes) => {
      bytes.writeBigUInt64LE(1n << 25n, item(bytes, 1))
      bytes.copy(bytes, blockTable(bytes) + 8, blockTable(bytes), blockTable(bytes) + 8)
      return undefined
    },
  ],
]

const VDI: readonly BrokenRow[] = [
  ['vdi.signature', 'vdi', flip(64)],
  ['vdi.version', 'vdi', patch(68, 2)],
  ['vdi.type', 'vdi', patch(76, 4)],
  ['vdi.parent', 'vdi', patch(440, 1)],
  ['vdi.block-size', 'vdi', patch(376, 0, 0, 0x20)],
  ['vdi.blocks', 'vdi', patch(384, 1, 0, 0, 0)],
  ['vdi.inside', 'vdi', patch(344, 0, 0, 0, 0x7f)],
  [
    'vdi.map',
    'vdi',
    (bytes) => void bytes.copy(bytes, bytes.readUInt32LE(340), bytes.readUInt32LE(340) + 12, bytes.readUInt32LE(340) + 16),
  ],
  ['expected.format', 'vdi', () => undefined, { format: 'qcow2' }],
  ['expected.container', 'vdi', () => undefined, { container: 'ova' }],
]

const QCOW2: readonly BrokenRow[] = [
  ['qcow2.header', 'qcow2', flip(0)],
  ['qcow2.layout', 'qcow2', patch(23, 30)],
  ['qcow2.backing', 'qcow2', patch(8, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3)],
  ['qcow2.data-file', 'qcow2', patch(79, 4)],
  ['qcow2.encryption', 'qcow2', patch(35, 1)],
  ['qcow2.clean', 'qcow2', patch(79, 1)],
  ['qcow2.corrupt', 'qcow2', patch(79, 2)],
  ['qcow2.refcount-order', 'qcow2', patch(99, 7)],
  ['qcow2.snapshots', 'qcow2', patch(63, 2)],
  ['qcow2.l1', 'qcow2', (bytes) => void bytes.writeUInt8(0x10, Number(bytes.readBigUInt64BE(40)) + 2)],
  ['qcow2.data', 'qcow2', (bytes) => bytes.subarray(0, bytes.length - 64 * KIB)],
  ['qcow2.refcounts', 'qcow2', (bytes) => void bytes.writeUInt8(0x10, Number(bytes.readBigUInt64BE(48)) + 2)],
]

const VMDK: readonly BrokenRow[] = [
  ['vmdk.header', 'sparse', flip(0)],
  ['vmdk.newlines', 'sparse', patch(75, 0x0a)],
  ['vmdk.grain-size', 'sparse', patch(20, 3)],
  ['vmdk.table-size', 'sparse', patch(44, 0, 1)],
  ['vmdk.capacity', 'sparse', patch(12, 1)],
  ['vmdk.create-type', 'sparse', text('createType="monolithicSparse"', 'createType="streamOptimized"')],
  ['vmdk.descriptor', 'sparse', patch(28, 0)],
  ['vmdk.extent', 'sparse', patch(13, 0x80)],
  ['vmdk.cid', 'sparse', text(/\nCID=[0-9a-f]/, '\nCID=x')],
  ['vmdk.parent', 'sparse', text('parentCID=ffffffff', 'parentCID=12345678')],
  ['vmdk.adapter', 'sparse', text('ddb.adapterType = "ide"', 'ddb.adapterType = "isa"')],
  ['vmdk.clean', 'sparse', patch(72, 1)],
  ['vmdk.directory', 'sparse', patch(59, 0x7f)],
  ['vmdk.tables', 'sparse', (bytes) => void bytes.writeUInt32LE(0x7fffffff, firstTable(bytes, bytes.readBigUInt64LE(56)))],
  ['vmdk.esxi', 'sparse', () => undefined, { platform: 'vmware' }],
  ['vmdk.version', 'stream', patch(4, 9)],
  ['vmdk.flags', 'stream', patch(10, 1)],
  ['vmdk.markers', 'stream', (bytes) => void bytes.writeUInt32LE(3, 128 * 512)],
  ['vmdk.markers', 'stream', (bytes) => bytes.subarray(0, 130 * 512)],
  ['vmdk.grain-data', 'stream', flip(128 * 512 + 13)],
  ['vmdk.end-of-stream', 'stream', (bytes) => bytes.subarray(0, -512)],
  ['vmdk.after-end', 'stream', append(512)],
  ['vmdk.footer', 'stream', flip(-1024)],
  ['vmdk.footer-same', 'stream', flip(-1024 + 13)],
  ['vmdk.gd-at-end', 'stream', (bytes) => void bytes.copy(bytes, 56, bytes.length - 1024 + 56, bytes.length - 1024 + 64)],
  ['vmdk.directory', 'stream', patch(-1024 + 59, 0x7f)],
  [
    'vmdk.tables',
    'stream',
    (bytes) => void bytes.writeUInt32LE(129, firstEntry(bytes, firstTable(bytes, bytes.readBigUInt64LE(bytes.length - 1024 + 56)))),
  ],
  [
    'vmdk.tables',
    'stream',
    (bytes) => void bytes.writeUInt32LE(0, firstEntry(bytes, firstTable(bytes, bytes.readBigUInt64LE(bytes.length - 1024 + 56)))),
  ],
  ['vmdk.extents', 'flat', text('"flat-flat.vmdk"', '"../t-flat.vmdk"')],
  ['vmdk.extents-there', 'flat', text('"flat-flat.vmdk"', '"lost-flat.vmdk"')],
  ['vmdk.extents-whole', 'flat', text('RW 16384', 'RW 26384')],
]

export const BROKEN_DISKS: readonly BrokenRow[] = [...GPT, ...VHD, ...VHDX, ...VDI, ...QCOW2, ...VMDK]
