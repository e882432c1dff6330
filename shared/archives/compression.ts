/** Compressed files that Diskwright unpacks by itself. */
export const COMPRESSIONS = ['gzip', 'xz', 'zstd', 'bzip2'] as const
export type Compression = (typeof COMPRESSIONS)[number]

/** Magic numbers: RFC 1952 (with its only method), the .xz file format 1.2.1, RFC 8878, bzip2's `BZh`. */
const MAGICS: Readonly<Record<Compression, readonly number[]>> = {
  gzip: [0x1f, 0x8b, 0x08],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  bzip2: [0x42, 0x5a, 0x68],
}
/** What follows `BZh1` to `BZh9`: a block, or the end of an empty file. */
const BZIP2_NEXT: readonly (readonly number[])[] = [
  [0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
  [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
]

/** By its first bytes, never by a name; null for anything else. */
export function compressionOf(head: Uint8Array): Compression | null {
  const found = COMPRESSIONS.find((name) => startsWith(head, MAGICS[name], 0)) ?? null
  if (found !== 'bzip2') return found
  const level = head[3] ?? 0
  return level >= 0x31 && level <= 0x39 && BZIP2_NEXT.some((bytes) => startsWith(head, bytes, 4)) ? found : null
}

function startsWith(head: Uint8Array, bytes: readonly number[], at: number): boolean {
  return bytes.every((byte, index) => head[at + index] === byte)
}
