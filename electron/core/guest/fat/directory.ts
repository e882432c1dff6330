import type { ByteView } from '#shared/images/byte-view'

/** A name in a FAT folder. */
export interface FatEntry {
  readonly name: string
  readonly isFolder: boolean
  /** Of its content; 0 for an empty file. */
  readonly cluster: number
  readonly sizeBytes: number
  /** Seconds since 1970, the clock of the machine that wrote it taken for UTC; null where there is none. */
  readonly mtime: number | null
}

const ROW = 32
const DELETED = 0xe5
const LONG_NAME = 0x0f
const VOLUME_LABEL = 0x08
const FOLDER = 0x10
const LAST_PART = 0x40
/** What mount(8)'s vfat shows in lower case though it is stored in upper case. */
const LOWER_BASE = 0x08
const LOWER_EXTENSION = 0x10

/** Names of a folder in the order they lie, `.` and `..` left out (Microsoft, "FAT: General Overview of On-Disk Format"). */
export function readFatFolder(view: ByteView, bytes: number): FatEntry[] {
  const found: FatEntry[] = []
  let parts: { readonly text: string; readonly checksum: number }[] = []
  for (let at = 0; at + ROW <= bytes && view.has(at, ROW); at += ROW) {
    const first = view.u8(at)
    if (first === 0) break
    const attributes = view.u8(at + 11)
    if (first === DELETED) parts = []
    else if ((attributes & 0x3f) === LONG_NAME) {
      if ((first & LAST_PART) !== 0) parts = []
      parts = [{ text: longPart(view, at), checksum: view.u8(at + 13) }, ...parts].slice(0, 20)
    } else {
      const isWhole = parts.length > 0 && parts.every(({ checksum }) => checksum === checksumOf(view, at))
      const name = isWhole ? untilEnd(parts.map(({ text }) => text).join('')) : shortName(view, at)
      parts = []
      if ((attributes & VOLUME_LABEL) !== 0 || name === '.' || name === '..' || name === '') continue
      const isFolder = (attributes & FOLDER) !== 0
      const cluster = view.u16le(at + 20) * 0x1_0000 + view.u16le(at + 26)
      found.push({
        name,
        isFolder,
        cluster,
        sizeBytes: isFolder ? 0 : view.u32le(at + 28),
        mtime: timeOf(view.u16le(at + 24), view.u16le(at + 22)),
      })
    }
  }
  return found
}

/** Thirteen UTF-16 units in three places. */
function longPart(view: ByteView, at: number): string {
  const units = [
    [1, 5],
    [14, 6],
    [28, 2],
  ].flatMap(([start = 0, count = 0]) => Array.from({ length: count }, (_, index) => view.u16le(at + start + index * 2)))
  return String.fromCharCode(...units)
}

function untilEnd(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

function checksumOf(view: ByteView, at: number): number {
  let sum = 0
  for (let index = 0; index < 11; index += 1) sum = (((sum & 1) << 7) + (sum >> 1) + view.u8(at + index)) & 0xff
  return sum
}

function shortName(view: ByteView, at: number): string {
  const flags = view.u8(at + 12)
  const part = (offset: number, length: number, isLower: boolean) => {
    const text = view.latin1(at + offset, length).trimEnd()
    return isLower ? text.toLowerCase() : text
  }
  // 0x05 stands for a first character that would mean a deleted name.
  const base = part(0, 8, (flags & LOWER_BASE) !== 0).replace(/^\x05/, '\xe5')
  const extension = part(8, 3, (flags & LOWER_EXTENSION) !== 0)
  return extension === '' ? base : `${base}.${extension}`
}

function timeOf(date: number, time: number): number | null {
  if (date === 0) return null
  const ms = Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2)
  return Number.isNaN(ms) ? null : ms / 1000
}
