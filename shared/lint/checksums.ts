function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1
    return value >>> 0
  })
}

const IEEE = tableOf(0xedb88320)
const CASTAGNOLI = tableOf(0x82f63b78)

function crc(table: Uint32Array, bytes: Uint8Array, before = 0): number {
  let value = ~before
  // Six times as fast as an iterator, which counts for files of many GiB.
  for (let index = 0; index < bytes.length; index += 1) value = (value >>> 8) ^ (table[(value ^ (bytes[index] ?? 0)) & 0xff] ?? 0)
  return ~value >>> 0
}

/** CRC-32 as GPT and gzip use it (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  return crc(IEEE, bytes)
}

/** CRC-32C as VHDX, iSCSI (RFC 3720, appendix B.4) and Cloud Storage use it (Castagnoli). `before`: that of the bytes in front of these. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  return crc(CASTAGNOLI, bytes, before)
}

/** A copy with some bytes zero: headers hold checksums that leave themselves out. */
export function withZeros(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy.fill(0, offset, offset + length)
  return copy
}
