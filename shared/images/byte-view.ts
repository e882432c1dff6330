/** Reads a file or partition: the bytes that exist of `length` bytes from `offset` on, never more. */
export type ReadBytes = (offset: number, length: number) => Uint8Array | Promise<Uint8Array>

/**
 * Bounded reading of bytes that nobody vouches for: a read outside the window gives 0 (or an empty text) and never
 * throws. Ask `has` first where the difference between zero and missing matters.
 */
export class ByteView {
  readonly length: number
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.length = bytes.byteLength
  }

  has(offset: number, length: number): boolean {
    return Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && offset + length <= this.length
  }

  u8(offset: number): number {
    return this.has(offset, 1) ? this.#view.getUint8(offset) : 0
  }

  u16le(offset: number): number {
    return this.has(offset, 2) ? this.#view.getUint16(offset, true) : 0
  }

  u16be(offset: number): number {
    return this.has(offset, 2) ? this.#view.getUint16(offset) : 0
  }

  u32le(offset: number): number {
    return this.has(offset, 4) ? this.#view.getUint32(offset, true) : 0
  }

  u32be(offset: number): number {
    return this.has(offset, 4) ? this.#view.getUint32(offset) : 0
  }

  u64le(offset: number): bigint {
    return this.has(offset, 8) ? this.#view.getBigUint64(offset, true) : 0n
  }

  u64be(offset: number): bigint {
    return this.has(offset, 8) ? this.#view.getBigUint64(offset) : 0n
  }

  /** The bytes that exist of `length` bytes from `offset` on. */
  slice(offset: number, length: number): Uint8Array {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset >= this.length) return new Uint8Array(0)
    return this.#bytes.subarray(offset, Math.min(this.length, offset + Math.max(0, length)))
  }

  /** Whether the bytes at `offset` are the characters of `text`, each one byte. */
  startsWith(text: string, offset = 0): boolean {
    if (!this.has(offset, text.length)) return false
    for (let at = 0; at < text.length; at += 1) if (this.#bytes[offset + at] !== text.charCodeAt(at)) return false
    return true
  }

  /** Bytes as latin1 text. */
  latin1(offset: number, length: number): string {
    return decodeLatin1(this.slice(offset, length))
  }

  /** Bytes as UTF-8 text, as latin1 where they are not valid UTF-8. */
  text(offset: number, length: number): string {
    const raw = this.latin1(offset, length)
    return decodeUtf8(raw) ?? raw
  }

  /** Text up to the first NUL, padding blanks removed. */
  label(offset: number, length: number): string {
    const text = this.text(offset, length)
    const end = text.indexOf('\0')
    return (end < 0 ? text : text.slice(0, end)).trim()
  }

  /** UTF-16 text of at most `length` bytes up to the first NUL. */
  utf16(offset: number, length: number, order: 'le' | 'be'): string {
    let text = ''
    for (let at = offset; at + 2 <= offset + length && this.has(at, 2); at += 2) {
      const unit = order === 'le' ? this.u16le(at) : this.u16be(at)
      if (unit === 0) break
      text += String.fromCharCode(unit)
    }
    return text
  }

  hex(offset: number, length: number): string {
    return Array.from(this.slice(offset, length), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  /** Sixteen bytes as a UUID in the order they stand. */
  uuid(offset: number): string {
    return dashed(this.hex(offset, 16))
  }

  /** A Microsoft GUID: the first three groups little-endian, upper case. */
  guid(offset: number): string {
    const hex = this.hex(offset, 16)
    const bytes = hex.match(/../g) ?? []
    const order = [3, 2, 1, 0, 5, 4, 7, 6]
    return dashed(order.map((at) => bytes[at] ?? '').join('') + hex.slice(16)).toUpperCase()
  }

  isZero(offset: number, length: number): boolean {
    return this.slice(offset, length).every((byte) => byte === 0)
  }
}

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function decodeLatin1(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)))
  return parts.join('')
}

/** TextDecoder belongs to the host, not to the language; `shared` has neither node nor DOM. */
function decodeUtf8(latin1: string): string | null {
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1
  try {
    return decodeURIComponent(latin1.replace(/[%\u0080-\u00ff]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`))
  } catch {
    return null
  }
}

/** A size as a number, or null above what a number holds exactly (8 PiB), which no image reaches. */
export function safeBytes(value: bigint): number | null {
  return value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null
}
