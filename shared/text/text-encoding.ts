/** Encodings that text of an image is shown and kept in. */
export const TEXT_ENCODINGS = ['utf-8', 'utf-16le', 'latin-1'] as const
export type TextEncoding = (typeof TEXT_ENCODINGS)[number]

/** The bytes of a text of one or two bytes a character; null where the encoding has no place for one of its characters. */
export function encodeUnits(text: string, encoding: Exclude<TextEncoding, 'utf-8'>): Uint8Array | null {
  if (encoding === 'latin-1' && /[^\u0000-\u00ff]/.test(text)) return null
  const width = encoding === 'utf-16le' ? 2 : 1
  const bytes = new Uint8Array(text.length * width)
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    bytes[at * width] = unit & 0xff
    if (width === 2) bytes[at * width + 1] = unit >> 8
  }
  return bytes
}

export type LineEnds = 'lf' | 'crlf' | 'mixed' | 'none'

/** How the lines of a text end. */
export function lineEndsOf(text: string): LineEnds {
  const all = text.split('\n').length - 1
  const crlf = text.split('\r\n').length - 1
  if (all === 0) return 'none'
  if (crlf === 0) return 'lf'
  return crlf === all ? 'crlf' : 'mixed'
}
