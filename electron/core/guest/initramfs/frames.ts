import type { ByteSource } from './byte-source.js'
import { ArchiveProblem } from './cpio.js'

/**
 * Bytes of exactly one compressed stream, so that what is appended behind it is found. Decompressors take all that they are given and
 * do not tell where their stream ended.
 */
export type FrameReader = (source: ByteSource) => AsyncGenerator<Uint8Array>

/** Everything up to the end, for formats whose length shows only in decompression. */
export async function* restOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (;;) {
    const bytes = await source.some()
    if (bytes.length === 0) return
    yield bytes
  }
}

async function exactly(source: ByteSource, length: number): Promise<Buffer> {
  const bytes = await source.take(length)
  if (bytes.length < length) throw new ArchiveProblem('A compressed archive ends too early')
  return bytes
}

/** Passes on a known amount, piece by piece. */
async function* through(source: ByteSource, length: number): AsyncGenerator<Uint8Array> {
  let left = length
  while (left > 0) {
    const bytes = await source.some(left)
    if (bytes.length === 0) throw new ArchiveProblem('A compressed archive ends too early')
    left -= bytes.length
    yield bytes
  }
}

/** One Zstandard frame, RFC 8878 section 3.1. */
export async function* zstdFrame(source: ByteSource): AsyncGenerator<Uint8Array> {
  const head = await exactly(source, 5)
  yield head
  const descriptor = head[4] ?? 0
  const isSingle = (descriptor & 0x20) !== 0
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  yield exactly(source, (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes)
  for (let isLast = false; !isLast; ) {
    const block = await exactly(source, 3)
    yield block
    const [first, bits] = [block[0] ?? 0, block.readUIntLE(0, 3)]
    isLast = (first & 1) === 1
    // A block of one repeated byte tells how often, and holds it once.
    yield* through(source, ((first >> 1) & 3) === 1 ? 1 : bits >> 3)
  }
  if ((descriptor & 4) !== 0) yield exactly(source, 4)
}

const LZ4_MAGIC = 0x184c2102
/** LZ4_COMPRESSBOUND of the 8 MiB that a block holds (lz4 lib, legacy frames). */
const LZ4_MAX_BLOCK = 8 * 1024 * 1024 + Math.floor((8 * 1024 * 1024) / 255) + 16

/** One legacy LZ4 stream, the kind that the kernel takes (lz4_Frame_format.md). It ends where no size of a block follows. */
export async function* lz4Legacy(source: ByteSource): AsyncGenerator<Uint8Array> {
  yield exactly(source, 4)
  for (;;) {
    const next = await source.peek(4)
    const size = next.length < 4 ? 0 : next.readUInt32LE(0)
    const isGzip = next[0] === 0x1f && next[1] === 0x8b && next[2] === 8
    if (size === 0 || size === LZ4_MAGIC || size > LZ4_MAX_BLOCK || isGzip) return
    yield* through(source, 4 + size)
  }
}

const XZ_CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const
const LZMA2 = 0x21

/** One .xz stream, "The .xz File Format" 1.2.1, its blocks compressed with LZMA2 as the last filter. */
export async function* xzStream(source: ByteSource): AsyncGenerator<Uint8Array> {
  const head = await exactly(source, 12)
  yield head
  const checkBytes = XZ_CHECK_BYTES[(head[7] ?? 0) & 15] ?? 0
  for (;;) {
    const [size] = await source.peek(1)
    if (size === undefined) throw new ArchiveProblem('A compressed archive ends too early')
    if (size === 0) break
    const start = source.position
    const header = await exactly(source, (size + 1) * 4)
    yield header
    const bytes = compressedSize(header)
    if (bytes !== null) yield* through(source, bytes)
    else yield* lzma2Chunks(source)
    yield exactly(source, (4 - ((source.position - start) % 4)) % 4)
    yield exactly(source, checkBytes)
  }
  yield* xzIndex(source)
  yield exactly(source, 12)
}

/** Written by xz with several threads; null where the block tells none. */
function compressedSize(header: Buffer): number | null {
  if (((header[1] ?? 0) & 0x40) === 0) {
    if (!header.includes(LZMA2, 2)) throw new ArchiveProblem('An xz archive uses a filter that Diskwright does not know')
    return null
  }
  let value = 0
  for (let index = 0; index < 9; index += 1) {
    const byte = header[2 + index] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * index)
    if ((byte & 0x80) === 0) break
  }
  return value
}

async function* lzma2Chunks(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (;;) {
    const control = await exactly(source, 1)
    yield control
    const kind = control[0] ?? 0
    if (kind === 0) return
    if (kind > 2 && kind < 0x80) throw new ArchiveProblem('An xz archive is damaged')
    const sizes = await exactly(source, kind < 0x80 ? 2 : 4)
    yield sizes
    const bytes = sizes.readUInt16BE(kind < 0x80 ? 0 : 2) + 1
    yield* through(source, bytes + (kind >= 0xc0 ? 1 : 0))
  }
}

async function* xzIndex(source: ByteSource): AsyncGenerator<Uint8Array> {
  const start = source.position
  const passed: Buffer[] = [await exactly(source, 1)]
  const number = async (): Promise<number> => {
    let value = 0
    for (let index = 0; index < 9; index += 1) {
      const byte = await exactly(source, 1)
      passed.push(byte)
      value += ((byte[0] ?? 0) & 0x7f) * 2 ** (7 * index)
      if (((byte[0] ?? 0) & 0x80) === 0) break
    }
    return value
  }
  for (let left = await number(); left > 0; left -= 1) {
    await number()
    await number()
    yield Buffer.concat(passed.splice(0))
  }
  yield Buffer.concat(passed)
  yield exactly(source, ((4 - ((source.position - start) % 4)) % 4) + 4)
}
