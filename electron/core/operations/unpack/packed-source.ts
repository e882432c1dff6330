import path from 'node:path'
import { type Compression, compressionOf } from '#shared/archives/compression'
import { looksLikeOvf } from '#shared/archives/ovf-head'
import { AppError } from '#shared/errors/app-error'
import { ByteView } from '#shared/images/byte-view'
import { HEAD_BYTES, sniffFile, sniffImage } from '#shared/images/sniff'
import type { SniffResult } from '#shared/images/sniff-result'
import type { Host } from '../../process/host.js'
import { diskOf, disksOfArchive, peekCompressed, placeOf, problemNote, readerOfPlace, usableMembers } from './archive-disks.js'
import { disksOfFolder, disksOfOva } from './ovf-disks.js'
import { labelOf, type Note, note, type PackedDisk, type PackedSource, warning } from './packed-disk.js'
import { type PackedFile, readerOf, withPackedFile } from './packed-file.js'
import { MAX_MEMBERS, readTar, SeekingInput, type TarMember } from './tar-reader.js'

/** Of a compressed archive, so that the headers of its first members and the beginning of a disk are among them. */
const PEEK_BYTES = 4 * HEAD_BYTES
const DAMAGE_BYTES = 64 * 1024 * 1024

/**
 * Finds out by a file's own bytes what it is and which disks are in it. An uncompressed archive is read by skipping, of a compressed file only
 * the beginning is unpacked. Throws what `openSource` throws for a single file, `image-damaged`, `reference-refused`, `tool-missing`.
 */
export async function openPacked(host: Host, imagePath: string): Promise<PackedSource> {
  if (imagePath.includes('\0')) throw new AppError('bad-input', { details: { path: imagePath, reason: 'the path holds a NUL character' } })
  const absolute = path.resolve(imagePath)
  return withPackedFile(absolute, async (file) => {
    const read = readerOf(file)
    const head = new ByteView(await read(0, HEAD_BYTES))
    const compression = compressionOf(head.slice(0, 16))
    const base = { path: absolute, realPath: file.path, revision: file.revision, fileBytes: file.fileBytes }
    try {
      if (compression !== null) return { ...base, ...(await openCompressed(host, file, compression)) }
      if (isTar(head)) return { ...base, ...(await openTar(host, file)) }
      if (looksLikeOvf(head.text(0, head.length))) return { ...base, ...(await openOvf(host, file)) }
      return { ...base, ...openImage(await sniffFile(read, file.fileBytes), absolute, file) }
    } catch (thrown) {
      throw withPath(thrown, absolute)
    }
  })
}

type Content = Pick<PackedSource, 'kind' | 'label' | 'disks' | 'isComplete' | 'manifest' | 'notes'>

export function isTar(head: ByteView): boolean {
  return head.startsWith('ustar', 257)
}

function openImage(sniff: SniffResult, absolute: string, file: PackedFile): Content {
  const [problem] = sniff.problems
  if (problem?.code === 'image-packed')
    throw new AppError('image-unknown-format', { details: { path: absolute, looksLike: `${sniff.label} that cannot be read` } })
  if (problem) throw new AppError(problem.code, { details: { path: absolute, ...problem.details } })
  if (sniff.format === null) throw new AppError('image-unknown-format', { details: { path: absolute } })
  const disk: PackedDisk = {
    member: null,
    place: { kind: 'file', path: absolute },
    sniff,
    virtualBytes: sniff.virtualBytes,
    packedBytes: file.fileBytes,
    companions: [],
  }
  return { kind: 'image', label: labelOf(sniff), disks: [disk], isComplete: true, manifest: null, notes: [] }
}

async function openCompressed(host: Host, file: PackedFile, compression: Compression): Promise<Content> {
  const range = { offset: 0, length: file.fileBytes }
  const { head, isWhole, sniff } = await peekCompressed(host, file, compression, range, PEEK_BYTES)
  const base = { kind: 'compressed' as const, label: compression, manifest: null, isComplete: true }
  if (isTar(new ByteView(head))) return openCompressedTar(file, compression, head, isWhole)
  const inner = compressionOf(head)
  if (inner !== null)
    throw new AppError('image-unsupported', {
      details: {
        feature: 'A file that is compressed twice',
        reason: `It is a ${compression} file that holds a ${inner} file`,
        next: 'Unpack the outer one first.',
      },
    })
  const [problem] = sniff.problems
  if (problem) {
    // bzip2 gives out what it makes of a damaged block before it finds that out.
    await peekCompressed(host, file, compression, range, DAMAGE_BYTES)
    const code = problem.code === 'image-packed' ? 'image-unknown-format' : problem.code
    throw new AppError(code, { details: { ...problem.details, ...insideWords(problem.details, sniff, compression) } })
  }
  const disk: PackedDisk = {
    member: null,
    place: { kind: 'compressed', path: file.path, compression, range, tarMember: null },
    sniff,
    // The length of a raw disk is that of what is unpacked.
    virtualBytes: sniff.format === 'raw' && !isWhole ? null : sniff.virtualBytes,
    packedBytes: file.fileBytes,
    companions: [],
  }
  return { ...base, disks: [disk], notes: [] }
}

function insideWords(
  details: Readonly<Record<string, string | number>>,
  sniff: SniffResult,
  compression: Compression,
): Record<string, string> {
  if ('looksLike' in details || sniff.label === 'unknown data' || sniff.problems[0]?.code === 'image-packed')
    return { looksLike: `${sniff.label}, compressed with ${compression}` }
  return {}
}

function openCompressedTarNotes(isComplete: boolean, disks: readonly PackedDisk[]): Note[] {
  if (isComplete) return []
  return [
    note(disks.length === 0 ? 'Only unpacking tells which disks are in it' : 'Only its beginning was looked into; there may be more in it'),
  ]
}

async function openCompressedTar(file: PackedFile, compression: Compression, head: Buffer, isWhole: boolean): Promise<Content> {
  const { members, isComplete } = await membersOfHead(file, head, isWhole)
  const list = usableMembers(members)
  const disks: PackedDisk[] = []
  const notes: Note[] = [...list.notes]
  for (const member of list.files) {
    const place = placeOf(member)
    if (place.kind !== 'stored' || member.sizeBytes === 0) continue
    const readMember = readerOfPlace((offset, length) => head.subarray(offset, offset + length), place)
    const bytes = Buffer.from(await readMember(0, HEAD_BYTES))
    const sniff = sniffImage({ head: bytes, tail: new Uint8Array(0), fileBytes: member.sizeBytes })
    const target = {
      kind: 'compressed' as const,
      path: file.path,
      compression,
      range: { offset: 0, length: file.fileBytes },
      tarMember: member.name,
    }
    const disk = diskOf(member, target, sniff, list.files)
    if (disk === null) continue
    if (disk instanceof AppError) problemNote(member.name, disk, notes)
    else if (disk.companions.length > 0) notes.push(warning(`${member.name} is left out: it needs further files; unpack the archive first`))
    else disks.push({ ...disk, packedBytes: null })
  }
  const isOva = list.files.some(({ name }) => /\.ovf$/i.test(name))
  if (isOva) notes.push(warning('It is an OVA inside of a compressed file: its manifest is not checked'))
  return {
    kind: 'archive',
    label: `tar with ${compression}`,
    disks,
    isComplete,
    manifest: null,
    notes: [...notes, ...openCompressedTarNotes(isComplete, disks)],
  }
}

async function membersOfHead(file: PackedFile, head: Buffer, isWhole: boolean): Promise<{ members: TarMember[]; isComplete: boolean }> {
  const members: TarMember[] = []
  const input = new SeekingInput((offset, length) => head.subarray(offset, offset + length), Number.POSITIVE_INFINITY)
  try {
    for await (const member of readTar(input, file.path)) {
      members.push(member)
      // What follows lies behind the bytes that are known.
      if (!isWhole && member.dataAt + member.storedBytes + 512 > head.length) return { members, isComplete: false }
    }
    return { members, isComplete: true }
  } catch (thrown) {
    if (!isWhole && input.position >= head.length) return { members, isComplete: false }
    throw thrown
  }
}

async function openTar(host: Host, file: PackedFile): Promise<Content> {
  const members: TarMember[] = []
  for await (const member of readTar(new SeekingInput(readerOf(file), file.fileBytes), file.path)) {
    if (host.signal?.aborted) throw new AppError('cancelled')
    if (members.length < MAX_MEMBERS) members.push(member)
  }
  const list = usableMembers(members)
  const descriptors = list.files.filter(({ name }) => /\.ovf$/i.test(name))
  const [descriptor] = descriptors
  if (descriptor) {
    const ova = await disksOfOva(host, file, descriptor, list.files)
    const others = descriptors.length > 1 ? [warning(`It holds ${descriptors.length} descriptors; ${descriptor.name} was read`)] : []
    const label = ova.madeFor === '' ? 'OVA' : `OVA (${ova.madeFor})`
    return {
      kind: 'ova',
      label,
      disks: ova.disks,
      isComplete: true,
      manifest: ova.manifest,
      notes: [...list.notes, ...ova.notes, ...others],
    }
  }
  const { disks, notes } = await disksOfArchive(host, file, list)
  return { kind: 'archive', label: 'tar', disks, isComplete: true, manifest: null, notes }
}

async function openOvf(host: Host, file: PackedFile): Promise<Content> {
  const { madeFor, ...content } = await disksOfFolder(host, file)
  return { kind: 'ovf', label: madeFor === '' ? 'OVF' : `OVF (${madeFor})`, isComplete: true, ...content }
}

/** Words that do not say which file they are about get its path. */
function withPath(thrown: unknown, absolute: string): unknown {
  if (!(thrown instanceof AppError) || 'path' in thrown.data.details) return thrown
  return AppError.fromData({ ...thrown.data, details: { path: absolute, ...thrown.data.details } })
}
