const FOOTER_BYTES = 512
/** The format counts seconds from the start of 2000. */
const EPOCH_MS = Date.UTC(2000, 0, 1)
const SECTOR = 512
/** Programs of Windows: readers take the size from the footer, not from its geometry (QEMU block/vpc.c, vpc_open). */
const CREATOR = 'win '

export interface VhdFooterFacts {
  /** Bytes of the disk before the footer; a multiple of 512. */
  readonly diskBytes: number
  /** As 32 hexadecimal digits, with or without dashes. */
  readonly uuid: string
  /** Milliseconds since 1970. */
  readonly madeAt: number
}

/**
 * The 512 bytes behind the content of a fixed VHD (Microsoft, "Virtual Hard Disk Image Format Specification" 1.0, "Hard Disk Footer Format").
 * The same facts make the same bytes.
 */
export function fixedVhdFooter({ diskBytes, uuid, madeAt }: VhdFooterFacts): Uint8Array {
  const footer = new Uint8Array(FOOTER_BYTES)
  const view = new DataView(footer.buffer)
  const [cylinders, heads, sectors] = geometryOf(diskBytes / SECTOR)
  writeText(footer, 0, 'conectix')
  view.setUint32(8, 2)
  view.setUint32(12, 0x0001_0000)
  // A fixed disk has no header that this could point to.
  view.setBigUint64(16, 0xffff_ffff_ffff_ffffn)
  view.setUint32(24, Math.max(0, Math.floor((madeAt - EPOCH_MS) / 1000)))
  writeText(footer, 28, CREATOR)
  view.setUint32(32, 0x000a_0000)
  writeText(footer, 36, 'Wi2k')
  view.setBigUint64(40, BigInt(diskBytes))
  view.setBigUint64(48, BigInt(diskBytes))
  view.setUint16(56, cylinders)
  view.setUint8(58, heads)
  view.setUint8(59, sectors)
  view.setUint32(60, 2)
  footer.set(uuidBytes(uuid), 68)
  view.setUint32(64, ~footer.reduce((total, byte) => total + byte, 0) >>> 0)
  return footer
}

/** "CHS Calculation" of the specification. */
function geometryOf(total: number): readonly [number, number, number] {
  const count = Math.min(total, 65_535 * 16 * 255)
  if (count >= 65_535 * 16 * 63) return [Math.floor(count / 255 / 16), 16, 255]
  let sectors = 17
  let across = Math.floor(count / sectors)
  let heads = Math.max(4, Math.floor((across + 1023) / 1024))
  if (across >= heads * 1024 || heads > 16) {
    sectors = 31
    heads = 16
    across = Math.floor(count / sectors)
  }
  if (across >= heads * 1024) {
    sectors = 63
    heads = 16
    across = Math.floor(count / sectors)
  }
  return [Math.floor(across / heads), heads, sectors]
}

function writeText(into: Uint8Array, at: number, text: string): void {
  for (const [index, char] of [...text].entries()) into[at + index] = char.charCodeAt(0)
}

function uuidBytes(uuid: string): number[] {
  const digits = uuid.replaceAll('-', '')
  return Array.from({ length: 16 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16))
}
