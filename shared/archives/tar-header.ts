import { ByteView } from '../images/byte-view.js'

export const TAR_BLOCK = 512

export type TarKind = 'file' | 'folder' | 'symbolic link' | 'hard link' | 'device' | 'pipe' | 'other'

/** Data of a sparse file: `length` bytes that belong to `offset`; what lies between is zero. */
export interface SparsePiece {
  readonly offset: number
  readonly length: number
}

export interface TarHeader {
  readonly name: string
  /** The type flag as it stands, such as `0`, `x`, `L` or `S`. */
  readonly type: string
  readonly kind: TarKind
  /** Bytes of data that follow. */
  readonly size: number
  /** Permission bits with setuid, setgid and sticky; 0 where the field holds no number, as the owners are. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** When it was changed last, in seconds since 1970; null where the field holds no such time. */
  readonly changedAt: number | null
  /** What a link leads to; empty for all else. */
  readonly link: string
  /** GNU's old sparse format: the pieces of this block, and whether blocks with further ones follow. */
  readonly sparse: { readonly pieces: readonly SparsePiece[]; readonly realSize: number; readonly isExtended: boolean } | null
}

const KINDS: Readonly<Record<string, TarKind>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hard link',
  '2': 'symbolic link',
  '3': 'device',
  '4': 'device',
  '5': 'folder',
  '6': 'pipe',
}
/** GNU tar keeps four pieces in the header (struct oldgnu_header), and 21 in each block that follows (struct sparse_header). */
const HEADER_PIECES = { at: 386, count: 4, extendedAt: 482, realSizeAt: 483 } as const
const BLOCK_PIECES = { at: 0, count: 21, extendedAt: 504 } as const
const PIECE_BYTES = 24

/**
 * One header block of a tar: POSIX.1-1988 ustar, GNU tar, and what came before both. `end` for a block of zeros, null for what is no
 * header (its checksum is wrong, or a number in it). Never throws.
 */
export function readTarHeader(block: Uint8Array): TarHeader | 'end' | null {
  const view = new ByteView(block)
  if (view.length < TAR_BLOCK) return null
  if (view.isZero(0, TAR_BLOCK)) return 'end'
  const claimed = readNumber(block, 148, 8)
  if (claimed === null || (claimed !== checksum(block, false) && claimed !== checksum(block, true))) return null
  const size = readNumber(block, 124, 12)
  const type = String.fromCharCode(view.u8(156))
  const sparse = type === 'S' ? readOldSparse(block) : null
  if (size === null || (type === 'S' && sparse === null)) return null
  const base = fieldText(view, 0, 100)
  const prefix = view.startsWith('ustar\0', 257) ? fieldText(view, 345, 155) : ''
  const name = prefix === '' ? base : `${prefix}/${base}`
  // Before ustar a folder was a file whose name ends with a slash.
  const kind = type === '\0' && name.endsWith('/') ? 'folder' : (KINDS[type] ?? 'other')
  const link = kind.endsWith('link') ? fieldText(view, 157, 100) : ''
  const [mode, uid, gid] = [readNumber(block, 100, 8) ?? 0, readNumber(block, 108, 8) ?? 0, readNumber(block, 116, 8) ?? 0]
  const changedAt = readNumber(block, 136, 12)
  const about = { mode: mode & 0o7777, uid, gid, changedAt }
  return { name, type, kind, size: kind === 'file' || kind === 'other' ? size : 0, ...about, link, sparse }
}

/** The pieces in a block that follows a sparse header; null when its numbers make no sense. */
export function readSparseBlock(block: Uint8Array): { pieces: SparsePiece[]; isExtended: boolean } | null {
  if (block.length < TAR_BLOCK) return null
  const pieces = readPieces(block, BLOCK_PIECES.at, BLOCK_PIECES.count)
  return pieces && { pieces, isExtended: (block[BLOCK_PIECES.extendedAt] ?? 0) !== 0 }
}

/** Whether pieces follow each other within the file's size, and are as long as its data. Returns what is wrong, in words. */
export function sparseProblem(pieces: readonly SparsePiece[], realSize: number, storedBytes: number): string | null {
  let end = 0
  let total = 0
  for (const { offset, length } of pieces) {
    if (offset < end || !Number.isSafeInteger(offset + length)) return 'its pieces overlap'
    end = offset + length
    total += length
  }
  if (end > realSize) return 'a piece lies behind its end'
  return total === storedBytes ? null : 'its pieces are not as long as its data'
}

function readOldSparse(block: Uint8Array): TarHeader['sparse'] {
  const pieces = readPieces(block, HEADER_PIECES.at, HEADER_PIECES.count)
  const realSize = readNumber(block, HEADER_PIECES.realSizeAt, 12)
  if (pieces === null || realSize === null) return null
  return { pieces, realSize, isExtended: (block[HEADER_PIECES.extendedAt] ?? 0) !== 0 }
}

/** Up to the first that is not used. */
function readPieces(block: Uint8Array, at: number, count: number): SparsePiece[] | null {
  const pieces: SparsePiece[] = []
  for (let start = at; start < at + count * PIECE_BYTES; start += PIECE_BYTES) {
    if ((block[start] ?? 0) === 0 && (block[start + 12] ?? 0) === 0) break
    const offset = readNumber(block, start, 12)
    const length = readNumber(block, start + 12, 12)
    if (offset === null || length === null) return null
    pieces.push({ offset, length })
  }
  return pieces
}

/** Octal digits, or GNU's base 256 for what they do not hold; null for anything else, also above 2^53. */
function readNumber(block: Uint8Array, at: number, length: number): number | null {
  const first = block[at] ?? 0
  if ((first & 0x80) !== 0) {
    if (first !== 0x80) return null
    let value = 0
    for (let index = 1; index < length; index += 1) value = value * 256 + (block[at + index] ?? 0)
    return Number.isSafeInteger(value) ? value : null
  }
  const text = cutAtNul(String.fromCharCode(...block.subarray(at, at + length)))
  const match = /^ *([0-7]*) *$/.exec(text)
  return match ? Number.parseInt(match[1] || '0', 8) : null
}

/** The sum of all bytes, the field itself taken as blanks; some old programs added signed bytes. */
function checksum(block: Uint8Array, isSigned: boolean): number {
  let sum = 8 * 0x20
  for (let at = 0; at < TAR_BLOCK; at += 1) {
    if (at >= 148 && at < 156) continue
    const byte = block[at] ?? 0
    sum += isSigned && byte > 127 ? byte - 256 : byte
  }
  return sum
}

/** Archives have many headers, and most fields of these are empty: only what is there is decoded. */
function fieldText(view: ByteView, at: number, length: number): string {
  let end = 0
  while (end < length && view.u8(at + end) !== 0) end += 1
  return end === 0 ? '' : view.text(at, end)
}

function cutAtNul(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}
