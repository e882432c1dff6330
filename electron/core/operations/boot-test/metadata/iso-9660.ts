import type { MetadataDisc } from './ovf-environment.js'

const SECTOR = 2048
/** The first 16 sectors are for boot loaders, ECMA-119 6.2.1. */
const VOLUME_SECTOR = 16
const PATH_TABLE = { little: 18, big: 19 } as const
const ROOT_SECTOR = 20
const FIRST_FILE = 21
const FOLDER_FLAG = 2
const ROOT = '\0'
const PARENT = '\u0001'

/**
 * A compact disc with some files in its root, as ECMA-119 (ISO 9660) lays it out. Names as given, in upper case with their dot: without
 * Joliet and Rock Ridge, Linux shows them in lower case.
 */
export function makeIso({ label, files }: MetadataDisc): Buffer {
  const contents = Object.entries(files).map(([name, content]) => ({ name, bytes: Buffer.from(content) }))
  const starts: number[] = []
  let next = FIRST_FILE
  for (const { bytes } of contents) {
    starts.push(next)
    next += Math.max(1, Math.ceil(bytes.length / SECTOR))
  }
  const disc = Buffer.alloc(next * SECTOR)
  const root = record(ROOT, ROOT_SECTOR, SECTOR, FOLDER_FLAG)
  volumeDescriptor(label, next, root).copy(disc, VOLUME_SECTOR * SECTOR)
  // The end of the descriptors, ECMA-119 8.3.
  disc.set([255, ...Buffer.from('CD001'), 1], (VOLUME_SECTOR + 1) * SECTOR)
  pathTable('little').copy(disc, PATH_TABLE.little * SECTOR)
  pathTable('big').copy(disc, PATH_TABLE.big * SECTOR)
  const records = contents.map(({ name, bytes }, index) => record(`${name};1`, starts[index] ?? 0, bytes.length, 0))
  Buffer.concat([root, record(PARENT, ROOT_SECTOR, SECTOR, FOLDER_FLAG), ...records]).copy(disc, ROOT_SECTOR * SECTOR)
  contents.forEach(({ bytes }, index) => bytes.copy(disc, (starts[index] ?? 0) * SECTOR))
  return disc
}

/** ECMA-119 8.4. */
function volumeDescriptor(label: string, sectors: number, root: Buffer): Buffer {
  const volume = Buffer.alloc(SECTOR)
  volume.set([1, ...Buffer.from('CD001'), 1])
  volume.fill(' ', 8, 72)
  volume.write(label.slice(0, 32), 40, 'latin1')
  both32(sectors).copy(volume, 80)
  both16(1).copy(volume, 120)
  both16(1).copy(volume, 124)
  both16(SECTOR).copy(volume, 128)
  both32(pathTable('little').length).copy(volume, 132)
  volume.writeUInt32LE(PATH_TABLE.little, 140)
  volume.writeUInt32BE(PATH_TABLE.big, 148)
  root.copy(volume, 156)
  volume.fill(' ', 190, 813)
  // Dates that say nothing: digits of zero and no time zone.
  for (const at of [813, 830, 847, 864]) volume.fill('0', at, at + 16)
  volume.writeUInt8(1, 881)
  return volume
}

/** ECMA-119 9.1. */
function record(name: string, sector: number, bytes: number, flags: number): Buffer {
  const nameBytes = Buffer.from(name, 'latin1')
  const made = Buffer.alloc(33 + nameBytes.length + ((33 + nameBytes.length) % 2))
  made.writeUInt8(made.length, 0)
  both32(sector).copy(made, 2)
  both32(bytes).copy(made, 10)
  // Recorded on the first day of 2000, which is as good as any.
  made.set([100, 1, 1], 18)
  made.writeUInt8(flags, 25)
  both16(1).copy(made, 28)
  made.writeUInt8(nameBytes.length, 32)
  nameBytes.copy(made, 33)
  return made
}

/** ECMA-119 9.4: the root alone. */
function pathTable(order: keyof typeof PATH_TABLE): Buffer {
  const table = Buffer.alloc(10)
  table.writeUInt8(1, 0)
  if (order === 'little') {
    table.writeUInt32LE(ROOT_SECTOR, 2)
    table.writeUInt16LE(1, 6)
  } else {
    table.writeUInt32BE(ROOT_SECTOR, 2)
    table.writeUInt16BE(1, 6)
  }
  return table
}

/** ECMA-119 7.3.3: both orders of bytes, one after the other. */
function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(value, 0)
  bytes.writeUInt32BE(value, 4)
  return bytes
}

function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt16LE(value, 0)
  bytes.writeUInt16BE(value, 2)
  return bytes
}
