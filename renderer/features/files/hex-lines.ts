export interface HexLine {
  /** Eight digits. */
  readonly offset: string
  /** Sixteen bytes, a gap in the middle. */
  readonly hex: string
  /** Printable ASCII, a dot for all else. */
  readonly text: string
}

const BYTES = 16

/** Bytes as hexdump(1) `-C` shows them. */
export function hexLines(bytes: Uint8Array, offset: number): HexLine[] {
  return Array.from({ length: Math.ceil(bytes.length / BYTES) }, (_, line) => {
    const row = [...bytes.subarray(line * BYTES, (line + 1) * BYTES)]
    const digits = row.map((byte) => byte.toString(16).padStart(2, '0'))
    return {
      offset: (offset + line * BYTES).toString(16).padStart(8, '0'),
      hex: `${digits.slice(0, 8).join(' ')}  ${digits.slice(8).join(' ')}`.padEnd(BYTES * 3),
      text: row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    }
  })
}
