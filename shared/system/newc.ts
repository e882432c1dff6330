/** A file or folder of an archive. */
export interface ArchiveEntry {
  /** Relative, without a slash at its beginning; ASCII. */
  readonly path: string
  readonly mode: number
  /** Null for a folder. */
  readonly content: Uint8Array | null
}

const MAGIC = '070701'
const TRAILER = 'TRAILER!!!'
const FOLDER = 0o040000
const FILE = 0o100000
const TYPE_BITS = 0o170000
/** The magic and thirteen fields of eight digits. */
const HEADER_BYTES = 110

/**
 * An archive in the newc format that Linux unpacks as initial RAM disk, Documentation/driver-api/early-userspace/buffer-format.rst:
 * headers of hexadecimal fields, names and contents padded to four bytes. Everything belongs to root and has no time.
 */
export function writeNewc(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts = entries.map((entry, index) => member(entry, index + 1))
  return concat([...parts, member({ path: TRAILER, mode: 0, content: null }, 0)])
}

/** Entries of an archive that is not compressed; ends at its trailer or where it is none any more. */
export function readNewc(bytes: Uint8Array): ArchiveEntry[] {
  const entries: ArchiveEntry[] = []
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const start = at
    const field = (index: number): number => Number.parseInt(textOf(bytes.subarray(start + 6 + index * 8, start + 14 + index * 8)), 16)
    if (textOf(bytes.subarray(at, at + 6)) !== MAGIC) break
    const [mode, size, nameSize] = [field(1), field(6), field(11)]
    const path = textOf(bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + nameSize - 1))
    if (path === TRAILER) break
    const body = at + padded(HEADER_BYTES + nameSize)
    entries.push({ path, mode: mode & 0o7777, content: (mode & TYPE_BITS) === FOLDER ? null : bytes.slice(body, body + size) })
    at = body + padded(size)
  }
  return entries
}

function member({ path, mode, content }: ArchiveEntry, inode: number): Uint8Array {
  const name = bytesOf(`${path}\0`)
  const isTrailer = path === TRAILER
  const type = isTrailer ? 0 : content === null ? FOLDER : FILE
  const links = content === null && !isTrailer ? 2 : 1
  const fields = [inode, type | mode, 0, 0, links, 0, content?.length ?? 0, 0, 0, 0, 0, name.length, 0]
  const header = bytesOf(MAGIC + fields.map((value) => value.toString(16).padStart(8, '0')).join(''))
  const head = new Uint8Array(padded(header.length + name.length))
  head.set(header)
  head.set(name, header.length)
  const body = new Uint8Array(padded(content?.length ?? 0))
  body.set(content ?? [])
  return concat([head, body])
}

function bytesOf(ascii: string): Uint8Array {
  return Uint8Array.from(ascii, (char) => char.charCodeAt(0))
}

function textOf(ascii: Uint8Array): string {
  return String.fromCharCode(...ascii)
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
