import { ByteView, type ReadBytes } from '../byte-view.js'
import { isFatBootSector } from '../headers/raw-content.js'
import type { Filesystem } from '../image-info.js'

interface Layout {
  readonly width: 12 | 16 | 32
  readonly sectorBytes: number
  readonly clusterBytes: number
  readonly clusters: number
  readonly fatStart: number
  readonly fatBytes: number
  readonly rootStart: number
  readonly rootBytes: number
}

/** Reads at most this much of a root folder for its label, and of a FAT12 or FAT16 table, which cannot be larger. */
const MAX_ROOT_BYTES = 32 * 1024
const MAX_SMALL_FAT_BYTES = 128 * 1024 + 4096

/** FAT12, FAT16 and FAT32 (Microsoft, "FAT: General Overview of On-Disk Format" 1.03). Null when it is none. */
export async function readFat(head: ByteView, read: ReadBytes): Promise<Filesystem | null> {
  if (head.u16le(510) !== 0xaa55 || !isFatBootSector(head)) return null
  const layout = readLayout(head)
  if (layout === null) return null
  const serialAt = layout.width === 32 ? 67 : 39
  const serial = head.u32le(serialAt).toString(16).toUpperCase().padStart(8, '0')
  return {
    kind: 'fat',
    type: `vfat (FAT${layout.width})`,
    label: (await rootLabel(layout, read)) ?? bootLabel(head, serialAt + 4),
    uuid: head.u8(serialAt - 1) === 0x29 || head.u8(serialAt - 1) === 0x28 ? `${serial.slice(0, 4)}-${serial.slice(4)}` : null,
    usedBytes: await usedBytes(head, layout, read),
    // Set while it is mounted (Linux fs/fat/inode.c, `fat_set_state`).
    clean: (head.u8(layout.width === 32 ? 65 : 37) & 1) === 0,
  }
}

function readLayout(head: ByteView): Layout | null {
  const sectorBytes = head.u16le(11)
  const clusterBytes = head.u8(13) * sectorBytes
  const fatSectors = head.u16le(22) || head.u32le(36)
  const sectors = head.u16le(19) || head.u32le(32)
  const fatStart = head.u16le(14) * sectorBytes
  const rootStart = fatStart + head.u8(16) * fatSectors * sectorBytes
  const rootBytes = Math.ceil((head.u16le(17) * 32) / sectorBytes) * sectorBytes
  const clusters = Math.floor((sectors * sectorBytes - rootStart - rootBytes) / clusterBytes)
  const wide = head.u16le(22) === 0
  if (fatSectors === 0 || clusters <= 0 || (!wide && clusters >= 65_525)) return null
  // A FAT32 is told by its empty 16-bit field, as every driver does; mkfs makes FAT32 with too few clusters on request.
  const width = wide ? 32 : clusters < 4085 ? 12 : 16
  const rootCluster = head.u32le(44)
  const dataStart = rootStart + rootBytes
  return {
    width,
    sectorBytes,
    clusterBytes,
    clusters,
    fatStart,
    fatBytes: fatSectors * sectorBytes,
    rootStart: width === 32 ? dataStart + Math.max(0, rootCluster - 2) * clusterBytes : rootStart,
    rootBytes: width === 32 ? clusterBytes : rootBytes,
  }
}

/** The volume label is an entry of the root folder; the copy in the boot sector is often out of date. */
async function rootLabel(layout: Layout, read: ReadBytes): Promise<string | null> {
  const root = new ByteView(await read(layout.rootStart, Math.min(layout.rootBytes, MAX_ROOT_BYTES)))
  for (let at = 0; root.has(at, 32); at += 32) {
    const first = root.u8(at)
    if (first === 0) return null
    const attributes = root.u8(at + 11)
    if (first !== 0xe5 && (attributes & 0x18) === 0x08 && attributes !== 0x0f) return root.latin1(at, 11).trimEnd() || null
  }
  return null
}

function bootLabel(head: ByteView, at: number): string | null {
  const label = head.latin1(at, 11).replace(/[\0 ]+$/, '')
  return label === '' || label === 'NO NAME' ? null : label
}

/** FAT32 keeps a count of free clusters in its FSInfo sector; the small tables are counted. */
async function usedBytes(head: ByteView, layout: Layout, read: ReadBytes): Promise<number | null> {
  if (layout.width === 32) {
    const info = new ByteView(await read(head.u16le(48) * layout.sectorBytes, 512))
    const free = info.u32le(488)
    const valid = info.startsWith('RRaA') && info.startsWith('rrAa', 484) && free <= layout.clusters
    return valid ? (layout.clusters - free) * layout.clusterBytes : null
  }
  if (layout.fatBytes > MAX_SMALL_FAT_BYTES) return null
  const table = new ByteView(await read(layout.fatStart, layout.fatBytes))
  let used = 0
  for (let cluster = 2; cluster < layout.clusters + 2; cluster += 1) {
    const entry = layout.width === 16 ? table.u16le(cluster * 2) : fat12Entry(table, cluster)
    if (entry !== 0) used += 1
  }
  return used * layout.clusterBytes
}

function fat12Entry(table: ByteView, cluster: number): number {
  const pair = table.u16le(Math.floor(cluster * 1.5))
  return cluster % 2 === 0 ? pair & 0xfff : pair >>> 4
}
