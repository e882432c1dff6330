import { AppError } from '../errors/app-error.js'
import { encodeUnits } from '../text/text-encoding.js'

export const TAR_BLOCK = 512

/** GNU tar writes whole records of 20 blocks (tar(5), "-b"); some readers wait for a full one. */
const TAR_RECORD = 20 * TAR_BLOCK

/** Largest size that 11 octal digits hold: one byte less than 8 GiB. */
const OCTAL_SIZE_MAX = 8 ** 11 - 1

export interface TarMember {
  /** ASCII, at most 100 bytes; a folder ends with `/`. */
  readonly name: string
  readonly size: number
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
  /** Seconds since 1970; 0 unless given, so that the same content gives the same archive. */
  readonly mtime?: number
  readonly kind?: 'file' | 'folder'
}

/** Whether the size of a member needs more than plain ustar has: GNU's base-256 number, which every tar since 2001 reads. */
export function needsLargeSize(size: number): boolean {
  return size > OCTAL_SIZE_MAX
}

/**
 * The ustar header of one member (POSIX.1-1988 as in tar(5), "POSIX ustar Archives"). A size of 8 GiB and more is written as base-256,
 * as GNU tar does and libarchive, Go and Python read.
 *
 * @throws AppError `bad-input` for a name that ustar has no place for.
 */
export function tarHeader(member: TarMember): Uint8Array {
  const name = /^[\x21-\x7e]+$/.test(member.name) ? encodeUnits(member.name, 'latin-1') : null
  if (name === null || name.length > 100) {
    throw new AppError('bad-input', { details: { reason: `${JSON.stringify(member.name)} cannot be a name in a tar archive` } })
  }
  const header = new Uint8Array(TAR_BLOCK)
  header.set(name, 0)
  putOctal(header, 100, 8, member.mode)
  putOctal(header, 108, 8, member.uid ?? 0)
  putOctal(header, 116, 8, member.gid ?? 0)
  if (needsLargeSize(member.size)) putBase256(header, 124, 12, member.size)
  else putOctal(header, 124, 12, member.size)
  putOctal(header, 136, 12, member.mtime ?? 0)
  header[156] = member.kind === 'folder' ? 0x35 : 0x30
  putText(header, 257, 'ustar\x0000')
  putOctal(header, 329, 8, 0)
  putOctal(header, 337, 8, 0)
  putChecksum(header)
  return header
}

/** Bytes between the end of a member and the next header. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK
}

/** Bytes of zeros after the last member: two empty blocks, then up to a whole record. `end` is where the last member's padding ends. */
export function tarTrailer(end: number): number {
  const least = end + 2 * TAR_BLOCK
  return Math.ceil(least / TAR_RECORD) * TAR_RECORD - end
}

function putText(header: Uint8Array, at: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) header[at + index] = text.charCodeAt(index)
}

function putOctal(header: Uint8Array, at: number, width: number, value: number): void {
  putText(header, at, value.toString(8).padStart(width - 1, '0'))
}

function putBase256(header: Uint8Array, at: number, width: number, value: number): void {
  let rest = value
  for (let index = at + width - 1; index > at; index -= 1) {
    header[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  header[at] = 0x80
}

/** The sum of all bytes, its own field counted as blanks; six digits, a NUL and a blank. */
function putChecksum(header: Uint8Array): void {
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  putText(header, 148, `${sum.toString(8).padStart(6, '0')}\0 `)
}
