import type { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { TarMember } from './tar-reader.js'

/** The first bytes of a member whose data comes next; they stay in the input. Holes of a sparse file are zeros. */
export async function memberHead(input: Pick<ByteSource, 'peek'>, member: TarMember, length: number): Promise<Buffer> {
  const wanted = Math.min(length, member.sizeBytes)
  const pieces = member.pieces.filter(({ offset }) => offset < wanted)
  const stored = pieces.reduce((sum, piece) => sum + Math.min(piece.length, wanted - piece.offset), 0)
  const bytes = await input.peek(stored)
  if (pieces.length === 1 && pieces[0]?.offset === 0 && stored === wanted) return bytes
  const head = Buffer.alloc(wanted)
  let at = 0
  for (const piece of pieces) {
    const count = Math.min(piece.length, wanted - piece.offset)
    head.set(bytes.subarray(at, at + count), piece.offset)
    at += count
  }
  return head
}
