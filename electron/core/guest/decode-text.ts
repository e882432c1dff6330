import type { TextEncoding } from '#shared/text/text-encoding'

export interface DecodedText {
  readonly encoding: TextEncoding
  /** A byte order mark stays as its first character. */
  readonly text: string
}

/** Control characters that no text has: all of C0 but tab, line ends, form feed and escape. */
const NO_TEXT = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/
/** C1: in Latin-1 these say that the bytes are something else. */
const NO_LATIN = /[\u007f-\u009f]/

/**
 * Bytes as text, or null for what is none. `isWhole` false: the end is cut, possibly within a character, which is left out then. UTF-16
 * is only known by its byte order mark, as files for UEFI shells and Windows have it.
 */
export function decodeText(bytes: Uint8Array, isWhole: boolean): DecodedText | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    const text = decode('utf-16le', bytes, isWhole)
    if (text !== null && !NO_TEXT.test(text)) return { encoding: 'utf-16le', text }
  }
  const utf8 = decode('utf-8', bytes, isWhole)
  if (utf8 !== null) return NO_TEXT.test(utf8) ? null : { encoding: 'utf-8', text: utf8 }
  const latin = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return NO_TEXT.test(latin) || NO_LATIN.test(latin) ? null : { encoding: 'latin-1', text: latin }
}

function decode(label: 'utf-8' | 'utf-16le', bytes: Uint8Array, isWhole: boolean): string | null {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !isWhole })
  } catch {
    return null
  }
}
