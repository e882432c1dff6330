import type { ByteView } from '../images/byte-view.js'
import { type ByteSource, type LintHost, viewOf } from './byte-source.js'

export const BLOCK = 512
const MAX_MEMBERS = 10_000

/** One header of a tar archive (tar(5)). */
export interface TarMember {
  readonly name: string
  /** `0` a file, `5` a folder, `2` a link, `x` and `g` pax, `L` a long name, `S` GNU's sparse file … */
  readonly type: string
  readonly dialect: 'ustar' | 'oldgnu' | 'v7'
  /** Bytes of content in the archive. */
  readonly bytes: number
  /** The size does not fit into octal digits and is a binary number, as GNU tar writes it. */
  readonly binarySize: boolean
  readonly uid: number
  readonly gid: number
}

export interface PlacedMember extends TarMember {
  /** Where its content begins. */
  readonly at: number
}

export interface TarWalk {
  readonly members: readonly PlacedMember[]
  /** Where the end mark begins; null when the archive just ends. */
  readonly end: number | null
  /** What keeps the rest from being read. */
  readonly broken: string | null
}

/** Null for what is no header; a block of zeros is none. */
export function readTarMember(view: ByteView): TarMember | null {
  if (view.length < BLOCK) return null
  const bytes = view.slice(0, BLOCK)
  const sum = bytes.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  const size = readNumber(view, 124, 12)
  if (readNumber(view, 148, 8) !== sum || size === null) return null
  const dialect = view.startsWith('ustar\0', 257) ? 'ustar' : view.startsWith('ustar  \0', 257) ? 'oldgnu' : 'v7'
  const prefix = dialect === 'ustar' ? textOf(view, 345, 155) : ''
  const type = view.u8(156) === 0 ? '0' : view.latin1(156, 1)
  return {
    name: prefix === '' ? textOf(view, 0, 100) : `${prefix}/${textOf(view, 0, 100)}`,
    type,
    dialect,
    // Only these have content.
    bytes: '123456'.includes(type) ? 0 : size,
    binarySize: view.u8(124) >= 0x80,
    uid: readNumber(view, 108, 8) ?? -1,
    gid: readNumber(view, 116, 8) ?? -1,
  }
}

/** Goes from header to header without reading what is between. */
export async function walkTar(source: ByteSource, host: LintHost): Promise<TarWalk> {
  const members: PlacedMember[] = []
  let at = 0
  while (at + BLOCK <= source.bytes) {
    host.throwIfStopped()
    const view = await viewOf(source, at, BLOCK)
    if (view.isZero(0, BLOCK)) return { members, end: at, broken: null }
    const member = readTarMember(view)
    if (!member) return { members, end: null, broken: `There is no header of a member at byte ${at}` }
    members.push({ ...member, at: at + BLOCK })
    if (members.length > MAX_MEMBERS) return { members, end: null, broken: `It has more than ${MAX_MEMBERS} members` }
    at += BLOCK + paddedBytes(member.bytes)
    if (at > source.bytes) return { members, end: null, broken: `${member.name} reaches beyond the end of the file` }
  }
  return { members, end: null, broken: null }
}

export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK
}

/** Octal digits, or the big-endian number that follows a byte of 0x80. Null for neither. */
export function readNumber(view: ByteView, at: number, width: number): number | null {
  if (view.u8(at) === 0x80) {
    let value = 0
    for (let index = 1; index < width; index += 1) value = value * 256 + view.u8(at + index)
    return Number.isSafeInteger(value) ? value : null
  }
  const digits = view
    .latin1(at, width)
    .replace(/[\0 ]+$/, '')
    .trimStart()
  if (digits === '') return 0
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null
}

function textOf(view: ByteView, at: number, width: number): string {
  return view.text(at, width).split('\0', 1)[0] ?? ''
}
