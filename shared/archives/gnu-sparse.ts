import { TAR_BLOCK, type SparsePiece } from './tar-header.js'

/** Pieces in the header itself, and in each block that follows it. */
const IN_HEADER = { at: 386, count: 4, extendedAt: 482 } as const
const IN_BLOCK = { at: 0, count: 21, extendedAt: 504 } as const
const REAL_SIZE_AT = 483
const NUMBER_BYTES = 12
const OCTAL_MAX = 8 ** 11

export interface SparseMember {
  /** ASCII, at most 100 bytes. */
  readonly name: string
  readonly mode: number
  /** Seconds since 1970. */
  readonly mtime: number
  /** Bytes of the file with its holes. */
  readonly realSize: number
  /** What the file holds beside zeros, in order; whole blocks. */
  readonly pieces: readonly SparsePiece[]
}

/**
 * Header and map of a sparse file as `tar -S --format=oldgnu` writes them: type `S`, four pieces in the header and 21 in each block
 * after it. The data of all pieces follows, one behind the other. A file that ends in a hole has a last piece without data.
 * Source: GNU tar, tar.h (`struct oldgnu_header`, `struct sparse_header`) and sparse.c (`oldgnu_dump_header`).
 */
export function sparseMemberHeader(member: SparseMember): Uint8Array {
  const last = member.pieces.at(-1)
  const end = last === undefined ? 0 : last.offset + last.length
  const pieces = end < member.realSize || last === undefined ? [...member.pieces, { offset: member.realSize, length: 0 }] : member.pieces
  const extra = Math.max(0, Math.ceil((pieces.length - IN_HEADER.count) / IN_BLOCK.count))
  const bytes = new Uint8Array((1 + extra) * TAR_BLOCK)
  putText(bytes, 0, member.name.slice(0, 100))
  putOctal(bytes, 100, 8, member.mode)
  putOctal(bytes, 108, 8, 0)
  putOctal(bytes, 116, 8, 0)
  putNumber(bytes, 124, storedBytes(member.pieces))
  putOctal(bytes, 136, NUMBER_BYTES, member.mtime)
  putText(bytes, 156, 'S')
  // GNU's magic before POSIX had one: blanks where POSIX has a version.
  putText(bytes, 257, 'ustar  \0')
  putPieces(bytes, IN_HEADER, pieces.slice(0, IN_HEADER.count), extra > 0)
  putNumber(bytes, REAL_SIZE_AT, member.realSize)
  putChecksum(bytes)
  for (let block = 0; block < extra; block += 1) {
    const from = IN_HEADER.count + block * IN_BLOCK.count
    const place = bytes.subarray((1 + block) * TAR_BLOCK, (2 + block) * TAR_BLOCK)
    putPieces(place, IN_BLOCK, pieces.slice(from, from + IN_BLOCK.count), block + 1 < extra)
  }
  return bytes
}

/** Bytes that the archive holds of the file. */
export function storedBytes(pieces: readonly SparsePiece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

/**
 * The same content in at most `most` pieces: holes are stored as zeros, the smallest first, all of one size class at a time. Readers keep
 * the whole map in memory, and a map of a million lines helps nobody.
 */
export function mergePieces(pieces: readonly SparsePiece[], smallestHole: number, most: number): SparsePiece[] {
  let hole = smallestHole
  let merged = joinOver(pieces, hole)
  while (merged.length > most) {
    hole *= 2
    merged = joinOver(merged, hole)
  }
  return merged
}

function joinOver(pieces: readonly SparsePiece[], smallestHole: number): SparsePiece[] {
  const joined: SparsePiece[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (last !== undefined && piece.offset - (last.offset + last.length) < smallestHole) {
      joined[joined.length - 1] = { offset: last.offset, length: piece.offset + piece.length - last.offset }
    } else joined.push(piece)
  }
  return joined
}

function putPieces(
  block: Uint8Array,
  place: { readonly at: number; readonly extendedAt: number },
  pieces: readonly SparsePiece[],
  isExtended: boolean,
): void {
  for (const [index, { offset, length }] of pieces.entries()) {
    putNumber(block, place.at + index * 2 * NUMBER_BYTES, offset)
    putNumber(block, place.at + index * 2 * NUMBER_BYTES + NUMBER_BYTES, length)
  }
  block[place.extendedAt] = isExtended ? 1 : 0
}

/** Eleven octal digits, or from 8 GiB on base 256 with the topmost bit set (GNU tar, "Extended numbers"). */
function putNumber(block: Uint8Array, at: number, value: number): void {
  if (value < OCTAL_MAX) {
    putOctal(block, at, NUMBER_BYTES, value)
    return
  }
  let rest = value
  for (let index = at + NUMBER_BYTES - 1; index > at; index -= 1) {
    block[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  block[at] = 0x80
}

function putOctal(block: Uint8Array, at: number, width: number, value: number): void {
  putText(block, at, value.toString(8).padStart(width - 1, '0'))
}

function putText(block: Uint8Array, at: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) block[at + index] = text.charCodeAt(index)
}

/** The sum of the header's bytes with its own field as blanks: six digits, a NUL and a blank. */
function putChecksum(block: Uint8Array): void {
  putText(block, 148, ' '.repeat(8))
  const sum = block.subarray(0, TAR_BLOCK).reduce((total, byte) => total + byte, 0)
  putText(block, 148, `${sum.toString(8).padStart(6, '0')}\0 `)
}
