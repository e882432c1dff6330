import { ByteView } from '../images/byte-view.js'
import { formatExactBytes } from '../text/bytes.js'
import { type ByteSource, DamagedData } from './byte-source.js'
import { ByteStream } from './byte-stream.js'
import type { DiskFacts, LintWork } from './disk-facts.js'
import type { Findings } from './finding.js'
import { lintPartitionTable } from './partition-table.js'
import { BLOCK, paddedBytes, readNumber, readTarMember, type TarMember } from './tar-members.js'

const GIB = 1024 ** 3
/** Both tables of a GPT of 512-byte sectors are in there. */
const EDGE = 64 * 1024
/** Entries of the map in the header and in each block that continues it (tar(5), "GNU tar archives"). */
const IN_HEADER = 4
const IN_EXTENSION = 21
const MAX_PIECES = 4 * 1024 ** 2

interface Piece {
  readonly offset: number
  readonly bytes: number
}

/** Google's import: gzip around a tar in GNU's old dialect with one member, `disk.raw`, of whole GiB ("Manually import boot disks"). */
export async function lintGcpTar({ source, findings, host }: LintWork): Promise<DiskFacts | null> {
  const stream = new ByteStream(host.gunzip(source))
  try {
    return await lintStream(stream, findings)
  } catch (thrown) {
    if (!(thrown instanceof DamagedData)) throw thrown
    findings.add('gcp.whole', 'error', `The archive is damaged or cut short: ${thrown.message}`)
    return null
  } finally {
    await stream.close()
  }
}

async function lintStream(stream: ByteStream, findings: Findings): Promise<DiskFacts | null> {
  const view = new ByteView(await stream.take(BLOCK))
  const member = readTarMember(view)
  if (!findings.expect('gcp.tar', member !== null, 'A tar archive in gzip', 'There is no tar archive in it') || !member) return null
  findings.expect('gcp.name', member.name === 'disk.raw', 'The member is disk.raw', `The member is ${member.name} instead of disk.raw`)
  const plain = member.type === '0' || member.type === 'S'
  findings.expect('gcp.type', plain, 'It is a plain or a sparse file', `A member of type ${member.type} is in front of the disk`)
  findings.expect('gcp.dialect', member.dialect === 'oldgnu', "GNU's old dialect", `The dialect is ${member.dialect} instead of oldgnu`)
  if (!plain) return null
  const map = await readMap(stream, view, member)
  if (
    !findings.expect(
      'gcp.sparse-map',
      map !== null,
      'The map of a sparse file fits its content',
      'The map of the sparse file does not fit its content',
    ) ||
    !map
  )
    return null
  const gib = map.virtualBytes > 0 && map.virtualBytes % GIB === 0
  findings.expect('gcp.whole-gib', gib, 'A whole number of GiB', `${formatExactBytes(map.virtualBytes)} are no whole number of GiB`)

  const edges = new DiskEdges(map.virtualBytes)
  for (const { offset, bytes } of map.pieces) await stream.pass(bytes, (piece, at) => edges.put(offset + at, piece))
  await stream.pass(paddedBytes(member.bytes) - member.bytes)
  const end = new ByteView(await stream.take(2 * BLOCK))
  const closed = end.length === 2 * BLOCK && end.isZero(0, end.length)
  findings.expect(
    'gcp.alone',
    closed,
    'Nothing else is in the archive',
    'Another member follows the disk, or the end of the archive is missing',
  )
  let rest = 0
  for (let piece = await stream.next(EDGE); piece.length > 0; piece = await stream.next(EDGE))
    rest += piece.every((byte) => byte === 0) ? 0 : 1
  findings.expect('gcp.whole', rest === 0, 'The archive is whole', 'Something follows the end of the archive')
  await lintPartitionTable(edges, findings)
  return { format: 'raw', subformat: 'sparse', virtualBytes: map.virtualBytes }
}

/** Where the content of the member belongs on the disk. Null when that contradicts itself. */
async function readMap(stream: ByteStream, header: ByteView, member: TarMember): Promise<{ pieces: Piece[]; virtualBytes: number } | null> {
  if (member.type === '0') return { pieces: [{ offset: 0, bytes: member.bytes }], virtualBytes: member.bytes }
  const pieces = readPieces(header, 386, IN_HEADER)
  let more = header.u8(482) !== 0
  while (more && pieces.length < MAX_PIECES) {
    const extension = new ByteView(await stream.take(BLOCK))
    if (extension.length < BLOCK) throw new DamagedData('It ends inside of the map of the sparse file')
    pieces.push(...readPieces(extension, 0, IN_EXTENSION))
    more = extension.u8(504) !== 0
  }
  const virtualBytes = readNumber(header, 483, 12) ?? 0
  let [end, stored] = [0, 0]
  for (const { offset, bytes } of pieces) {
    if (offset < end || bytes < 0) return null
    end = offset + bytes
    stored += bytes
  }
  return end <= virtualBytes && stored === member.bytes && !more ? { pieces, virtualBytes } : null
}

function readPieces(view: ByteView, at: number, count: number): Piece[] {
  const pieces: Piece[] = []
  for (let index = 0; index < count; index += 1) {
    if (view.u8(at + index * 24) === 0) break
    pieces.push({ offset: readNumber(view, at + index * 24, 12) ?? -1, bytes: readNumber(view, at + index * 24 + 12, 12) ?? -1 })
  }
  return pieces
}

/** The first and the last 64 KiB of a disk that goes by; what is not written is a hole. */
class DiskEdges implements ByteSource {
  readonly #head: Uint8Array
  readonly #tail: Uint8Array

  constructor(readonly bytes: number) {
    this.#head = new Uint8Array(Math.min(EDGE, bytes))
    this.#tail = new Uint8Array(Math.min(EDGE, bytes))
  }

  put(offset: number, piece: Uint8Array): void {
    copyInto(this.#head, 0, offset, piece)
    copyInto(this.#tail, this.bytes - this.#tail.length, offset, piece)
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const tailAt = this.bytes - this.#tail.length
    if (offset + length <= this.#head.length) return this.#head.slice(offset, offset + length)
    return offset >= tailAt ? this.#tail.slice(offset - tailAt, offset - tailAt + length) : new Uint8Array(0)
  }
}

function copyInto(buffer: Uint8Array, bufferAt: number, offset: number, piece: Uint8Array): void {
  const start = Math.max(bufferAt, offset)
  const end = Math.min(bufferAt + buffer.length, offset + piece.length)
  if (start < end) buffer.set(piece.subarray(start - offset, end - offset), start - bufferAt)
}
