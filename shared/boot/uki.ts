import { AppError } from '../errors/app-error.js'
import { ByteView } from '../images/byte-view.js'

/** What to read first of a unified kernel image: its headers, and usually the small sections. */
export const ukiHeaderBytes = 65_536

export interface UkiSection {
  readonly name: string
  /** Where its bytes stand in the file. */
  readonly offset: number
  /** Bytes it has in the file. */
  readonly rawSize: number
  /** Bytes that count; the rest of `rawSize` is padding. */
  readonly virtualSize: number
}

export interface Uki {
  readonly sections: readonly UkiSection[]
  /** Null without a section `.cmdline`, or where its bytes are not among those given. */
  readonly cmdline: string | null
  readonly osRelease: string | null
  readonly uname: string | null
  /** Whether it carries an Authenticode signature, which any change breaks. */
  readonly signed: boolean
  /** Bytes that a command line may have without the file growing; 0 without the section. */
  readonly cmdlineRoom: number
}

interface PeHeader {
  readonly sections: readonly UkiSection[]
  /** Of each section's header in the file. */
  readonly sectionHeaders: readonly number[]
  readonly checksumAt: number
  readonly signed: boolean
}

/** The PE format itself allows 96; a kernel stub has about ten. */
const MAX_SECTIONS = 96
const SECTION_HEADER_BYTES = 40
/** Text sections are a few kilobytes; a header that says more is not believed. */
const MAX_TEXT = 65_536

/**
 * Reads a unified kernel image, or as much of its start as there is: null when it is no PE/COFF file or has neither
 * `.linux` nor `.cmdline`. PE format: learn.microsoft.com/windows/win32/debug/pe-format; sections: UAPI group
 * specification "Unified Kernel Image".
 */
export function readUki(bytes: Uint8Array): Uki | null {
  const view = new ByteView(bytes)
  const header = readHeader(view)
  if (header === null) return null
  const { sections, signed } = header
  if (!sections.some((section) => section.name === '.linux' || section.name === '.cmdline')) return null
  const text = (name: string) =>
    sectionText(
      view,
      sections.find((section) => section.name === name),
    )
  const cmdline = sections.find((section) => section.name === '.cmdline')
  return {
    sections,
    cmdline: text('.cmdline'),
    osRelease: text('.osrel'),
    uname: text('.uname'),
    signed,
    cmdlineRoom: cmdline?.rawSize ?? 0,
  }
}

/** Where the command line stands in the file, from its first `ukiHeaderBytes`; null when there is none. */
export function ukiCmdlineRange(headerBytes: Uint8Array): { readonly offset: number; readonly length: number } | null {
  const section = readHeader(new ByteView(headerBytes))?.sections.find(({ name }) => name === '.cmdline')
  return section === undefined ? null : { offset: section.offset, length: section.rawSize }
}

/**
 * The image with another command line, as long as before; the section's size in its header follows, and the header's
 * checksum too where it is used.
 * @throws AppError `edit-conflict` with `reason` where the image is signed, has no section `.cmdline`, or no room in it.
 */
export function setUkiCmdline(bytes: Uint8Array, cmdline: string): Uint8Array {
  const view = new ByteView(bytes)
  const header = readHeader(view)
  if (header === null) throw conflict('it is no EFI program')
  const at = header.sections.findIndex((section) => section.name === '.cmdline')
  const section = header.sections[at]
  const headerAt = header.sectionHeaders[at]
  if (section === undefined || headerAt === undefined) throw conflict('it has no section .cmdline')
  if (sectionText(view, section) === cmdline) return bytes
  if (header.signed) throw conflict('it is signed, and any change would break its signature')
  if (/[\n\r\0]/.test(cmdline)) throw conflict('a command line holds no line end and no NUL')
  if (!hasOwnPlace(view, header, section)) throw conflict('its section .cmdline has no place of its own in the file')
  const text = encodeUtf8(cmdline)
  if (text.length > section.rawSize) {
    throw conflict(`the command line needs ${text.length} bytes and its section has room for ${section.rawSize}`)
  }
  const result = bytes.slice()
  result.fill(0, section.offset, section.offset + section.rawSize)
  result.set(text, section.offset)
  const out = new DataView(result.buffer, result.byteOffset, result.byteLength)
  // The size in memory may exceed what the file holds; only the text's own length counts as the command line.
  out.setUint32(headerAt + 8, Math.max(1, text.length), true)
  if (view.u32le(header.checksumAt) !== 0) out.setUint32(header.checksumAt, peChecksum(result, header.checksumAt), true)
  return result
}

/** A hostile header may put the section over itself or over another one. */
function hasOwnPlace(view: ByteView, header: PeHeader, section: UkiSection): boolean {
  const headersEnd = Math.max(...header.sectionHeaders) + SECTION_HEADER_BYTES
  const apart = header.sections.every(
    (other) =>
      other === section ||
      other.rawSize === 0 ||
      other.offset >= section.offset + section.rawSize ||
      other.offset + other.rawSize <= section.offset,
  )
  return apart && section.offset >= headersEnd && view.has(section.offset, section.rawSize)
}

function readHeader(view: ByteView): PeHeader | null {
  if (!view.startsWith('MZ')) return null
  const pe = view.u32le(0x3c)
  if (!view.startsWith('PE\0\0', pe)) return null
  const optional = pe + 24
  const optionalSize = view.u16le(pe + 20)
  const magic = view.u16le(optional)
  if (magic !== 0x10b && magic !== 0x20b) return null
  const directories = optional + (magic === 0x20b ? 112 : 96)
  const directoryCount = view.u32le(directories - 4)
  // Entry 4 is the certificate table: an offset in the file and a size.
  const certificate = directories + 4 * 8
  const signed = directoryCount > 4 && certificate + 8 <= optional + optionalSize && view.u32le(certificate + 4) !== 0
  const count = Math.min(view.u16le(pe + 6), MAX_SECTIONS)
  const table = optional + optionalSize
  const headers = Array.from({ length: count }, (_, index) => table + index * SECTION_HEADER_BYTES).filter((at) =>
    view.has(at, SECTION_HEADER_BYTES),
  )
  const sections = headers.map((at) => ({
    name: view.latin1(at, 8).replace(/\0.*$/s, ''),
    virtualSize: view.u32le(at + 8),
    rawSize: view.u32le(at + 16),
    offset: view.u32le(at + 20),
  }))
  return { sections, sectionHeaders: headers, checksumAt: optional + 64, signed }
}

/** Text of a section up to its first NUL, less one line end that tools leave there. */
function sectionText(view: ByteView, section: UkiSection | undefined): string | null {
  if (section === undefined) return null
  const { offset, length } = ukiTextRange(section)
  return view.has(offset, length) ? ukiText(view.slice(offset, length)) : null
}

/** Where the text of a section stands in the file; at most 64 KiB, whatever its header says. */
export function ukiTextRange({ offset, rawSize, virtualSize }: UkiSection): { readonly offset: number; readonly length: number } {
  return { offset, length: Math.min(rawSize, virtualSize === 0 ? rawSize : virtualSize, MAX_TEXT) }
}

/** The text of a section, from its bytes. */
export function ukiText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new ByteView(bytes).text(0, end < 0 ? bytes.length : end).replace(/\r?\n$/, '')
}

/** Sum of all 16-bit words, less the checksum itself, plus the length (imagehlp's CheckSumMappedFile). */
export function peChecksum(bytes: Uint8Array, checksumAt: number): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) {
    if (at === checksumAt || at === checksumAt + 2) continue
    sum += (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    sum = (sum & 0xffff) + (sum >>> 16)
  }
  return ((sum & 0xffff) + (sum >>> 16) + bytes.length) >>> 0
}

function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f))
    else if (code < 0x1_0000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
  }
  return Uint8Array.from(bytes)
}

function conflict(reason: string): AppError {
  return new AppError('edit-conflict', { details: { reason } })
}
