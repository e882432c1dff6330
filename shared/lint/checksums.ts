function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1
    return value >>> 0
  })
}

const IEEE = tableOf(0xedb88320)
const CASTAGNOLI = tableOf(0x82f63b78)

function crc(table: Uint32Array, bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0)
  return ~value >>> 0
}

/** CRC-32 as GPT and gzip use it (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  return crc(IEEE, bytes)
}

/** CRC-32C as VHDX uses it (Castagnoli). */
export function crc32c(bytes: Uint8Array): number {
  return crc(CASTAGNOLI, bytes)
}

/** A copy with some bytes zero: headers hold checksums that leave themselves out. */
export function withZeros(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy.fill(0, offset, offset + length)
  return copy
}
