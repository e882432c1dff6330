import { type Compression, compressionOf } from '#shared/archives/compression'
import { besideMember, memberNameProblem } from '#shared/archives/member-name'
import { AppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { ReadBytes } from '#shared/images/byte-view'
import { HEAD_BYTES, sniffFile, sniffImage } from '#shared/images/sniff'
import type { SniffResult } from '#shared/images/sniff-result'
import { showControl } from '#shared/text/visible'
import type { Host } from '../../process/host.js'
import { decompress } from './decompress.js'
import { type MemberPlace, type Note, note, type PackedDisk, warning } from './packed-disk.js'
import type { FileRange, PackedFile } from './packed-file.js'
import { readerOf } from './packed-file.js'
import type { TarMember } from './tar-reader.js'

/** The largest files of an archive are looked into; a disk is among them. */
const MAX_LOOKED_INTO = 256
/** Each of these starts a program. */
const MAX_DECOMPRESSED = 8
const MAX_TOLD = 20
const NO_DISK: ReadonlySet<string> = new Set(['image-unknown-format', 'image-empty', 'image-packed'])
/** Stands in for the length of what only unpacking tells. */
const UNKNOWN_LENGTH = 2 ** 52

export interface MemberList {
  /** Files whose names can be trusted to mean one thing. */
  readonly files: readonly TarMember[]
  readonly notes: readonly Note[]
}

/** Leaves out what is no file, what has a name that nobody who means well writes, and names that stand for several files. */
export function usableMembers(members: readonly TarMember[]): MemberList {
  const counts = new Map<string, number>()
  for (const { name } of members) counts.set(name, (counts.get(name) ?? 0) + 1)
  const files: TarMember[] = []
  const leftOut = new Map<string, string>()
  for (const member of members) {
    if (member.kind === 'folder') continue
    const reason = member.kind === 'file' ? nameProblem(member.name, counts) : `it is a ${member.kind}`
    if (reason === null) files.push(member)
    else leftOut.set(member.name, reason)
  }
  const told = [...leftOut].slice(0, MAX_TOLD).map(([name, reason]) => warning(`${showControl(name)} is left out: ${reason}`))
  const more = leftOut.size > MAX_TOLD ? [warning(`${leftOut.size - MAX_TOLD} more are left out`)] : []
  return { files, notes: [...told, ...more] }
}

function nameProblem(name: string, counts: ReadonlyMap<string, number>): string | null {
  return memberNameProblem(name) ?? ((counts.get(name) ?? 0) > 1 ? 'several files have this name' : null)
}

export function placeOf(member: TarMember): MemberPlace {
  let offset = member.dataAt
  const pieces = member.pieces.map((piece) => {
    const stored = { offset, length: piece.length, at: piece.offset }
    offset += piece.length
    return stored
  })
  return { kind: 'stored', pieces, sizeBytes: member.sizeBytes }
}

/** Reads what the pieces hold; what lies between is zero. */
export function readerOfPlace(read: ReadBytes, place: Extract<MemberPlace, { kind: 'stored' }>): ReadBytes {
  return async (offset, length) => {
    const end = Math.min(offset + length, place.sizeBytes)
    const out = Buffer.alloc(offset < 0 ? 0 : Math.max(0, end - offset))
    for (const piece of place.pieces) {
      const from = Math.max(piece.at, offset)
      const to = Math.min(piece.at + piece.length, end)
      if (from < to) out.set(await read(piece.offset + from - piece.at, to - from), from - offset)
    }
    return out
  }
}

/** The disk images in an uncompressed archive, as the files in it say by their own bytes. */
export async function disksOfArchive(host: Host, file: PackedFile, list: MemberList): Promise<{ disks: PackedDisk[]; notes: Note[] }> {
  const read = readerOf(file)
  const notes = [...list.notes]
  const largest = [...list.files].filter(({ sizeBytes }) => sizeBytes > 0).sort((left, right) => right.sizeBytes - left.sizeBytes)
  if (largest.length > MAX_LOOKED_INTO)
    notes.push(note(`It holds ${largest.length} files; the ${MAX_LOOKED_INTO} largest were looked into`))
  const looked = new Set(largest.slice(0, MAX_LOOKED_INTO))
  const found: PackedDisk[] = []
  let decompressed = 0
  for (const member of list.files.filter((one) => looked.has(one))) {
    const place = placeOf(member)
    if (place.kind !== 'stored') continue
    const readMember = readerOfPlace(read, place)
    const compression = compressionOf(await readMember(0, 16))
    if (compression !== null && !member.isSparse && decompressed < MAX_DECOMPRESSED) {
      decompressed += 1
      const disk = await compressedDisk(host, file, member, compression).catch((thrown: unknown) => problemNote(member.name, thrown, notes))
      if (disk) found.push(disk)
      continue
    }
    const sniff = await sniffFile(readMember, member.sizeBytes)
    const disk = diskOf(member, place, sniff, list.files)
    if (disk instanceof AppError) problemNote(member.name, disk, notes)
    else if (disk !== null) found.push(disk)
  }
  const parts = new Set(found.flatMap((disk) => disk.companions.map(({ name }) => besideMember(disk.member ?? '', name))))
  const whole = found.filter((disk) => disk.member !== null && !parts.has(disk.member))
  const filled = whole.filter((disk) => disk.sniff?.variant !== 'blank')
  // Zeros are a disk only where nothing else is.
  return { disks: filled.length > 0 ? filled : whole, notes }
}

/** Null for a file that is no disk, an error for one that must not be opened. */
export function diskOf(
  member: TarMember,
  place: MemberPlace,
  sniff: SniffResult,
  files: readonly TarMember[],
): PackedDisk | AppError | null {
  const problem = sniff.problems[0]
  if (problem && NO_DISK.has(problem.code)) return null
  if (problem) return new AppError(problem.code, { details: { path: member.name, ...problem.details } })
  if (sniff.format === null) return null
  const names = [
    ...new Set([...sniff.extents.flatMap((extent) => extent.file ?? []), ...(sniff.backingFile === null ? [] : [sniff.backingFile])]),
  ]
  const companions = names.flatMap((name) => {
    const other = files.find((one) => one.name === besideMember(member.name, name))
    return other ? [{ name, place: placeOf(other) }] : []
  })
  if (companions.length < names.length)
    return new AppError('image-unsupported', {
      details: { feature: 'A disk in several files', reason: `${member.name} needs ${names.join(', ')}, which the archive does not hold` },
    })
  return { member: member.name, place, sniff, virtualBytes: sniff.virtualBytes, packedBytes: member.storedBytes, companions }
}

async function compressedDisk(host: Host, file: PackedFile, member: TarMember, compression: Compression): Promise<PackedDisk | null> {
  const range = { offset: member.dataAt, length: member.storedBytes }
  const { sniff } = await peekCompressed(host, file, compression, range)
  if (sniff.format === null) return null
  return {
    member: member.name,
    place: { kind: 'compressed', path: file.path, compression, range, tarMember: null },
    sniff,
    virtualBytes: sniff.format === 'raw' ? null : sniff.virtualBytes,
    packedBytes: member.storedBytes,
    companions: [],
  }
}

/** The first bytes of what a compressed file holds, and what these say. Nothing behind them was unpacked. */
export async function peekCompressed(
  host: Host,
  file: PackedFile,
  compression: Compression,
  range: FileRange,
  wanted = HEAD_BYTES,
): Promise<{ head: Buffer; isWhole: boolean; sniff: SniffResult }> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const bytes of decompress(host, file, compression, range)) {
    pieces.push(bytes)
    length += bytes.length
    if (length > wanted) break
  }
  const isWhole = length <= wanted
  const head = Buffer.concat(pieces).subarray(0, wanted)
  const tail = isWhole ? head.subarray(-512) : new Uint8Array(0)
  return { head, isWhole, sniff: sniffImage({ head, tail, fileBytes: isWhole ? length : UNKNOWN_LENGTH }) }
}

/** Tells why a file of an archive is not offered. Throws what is about more than that file. */
export function problemNote(name: string, thrown: unknown, notes: Note[]): undefined {
  if (!(thrown instanceof AppError) || thrown.code === 'cancelled' || thrown.code === 'tool-missing') throw thrown
  const { title, detail } = describeError(thrown.data)
  notes.push(warning(`${showControl(name)} is left out: ${title}. ${detail.replace(/ Nothing was changed\.$/, '')}`))
}
