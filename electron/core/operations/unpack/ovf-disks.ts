import path from 'node:path'
import { type ManifestLine, readManifest } from '#shared/archives/manifest'
import { MAX_OVF_BYTES, type OvfDisk, type OvfFile, type OvfPackage, readOvf } from '#shared/archives/ovf'
import { AppError } from '#shared/errors/app-error'
import { sniffFile } from '#shared/images/sniff'
import { formatBytes } from '#shared/text/bytes'
import { showControl } from '#shared/text/visible'
import { openSource } from '../../guest/source.js'
import type { Host } from '../../process/host.js'
import { diskOf, peekCompressed, placeOf, readerOfPlace } from './archive-disks.js'
import { type ListedFile, type MemberPlace, type Note, note, type PackedDisk, warning } from './packed-disk.js'
import { type PackedFile, readerOf, withPackedFile } from './packed-file.js'
import type { TarMember } from './tar-reader.js'

const MAX_MANIFEST_BYTES = 16 * 1024 * 1024

export interface OvfContent {
  readonly madeFor: string
  readonly disks: readonly PackedDisk[]
  readonly manifest: readonly ListedFile[] | null
  readonly notes: readonly Note[]
}

/** What an OVA holds: `descriptor` is its .ovf, `files` all of its files. Throws as `readOvf`, and `image-damaged` for what is missing. */
export async function disksOfOva(host: Host, file: PackedFile, descriptor: TarMember, files: readonly TarMember[]): Promise<OvfContent> {
  const pack = readOvf(await readText(file, descriptor, MAX_OVF_BYTES))
  const notes: Note[] = []
  if (files[0] !== descriptor) notes.push(warning('The descriptor is not the first file of the archive; VMware products refuse that'))
  const disks: PackedDisk[] = []
  for (const disk of pack.disks) {
    if (disk.file === null) notes.push(note(`The disk ${showControl(disk.id)} is made empty on deployment and has no file`))
    else disks.push(await ovaDisk(host, file, disk, disk.file, files, notes))
  }
  const base = descriptor.name.replace(/\.ovf$/i, '')
  const manifest = files.find(({ name }) => name === `${base}.mf`) ?? files.find(({ name }) => /\.mf$/i.test(name))
  noteCertificate(
    notes,
    files.some(({ name }) => /\.cert$/i.test(name)),
  )
  const lines = manifest ? linesOf(await readText(file, manifest, MAX_MANIFEST_BYTES)) : null
  const listed = lines?.map((line): ListedFile => {
    const member = files.find(({ name }) => name === line.file)
    return { ...line, path: member ? file.path : null, ranges: member ? [{ offset: member.dataAt, length: member.storedBytes }] : [] }
  })
  return { madeFor: pack.madeFor, disks, manifest: listed ?? null, notes }
}

async function ovaDisk(
  host: Host,
  file: PackedFile,
  disk: OvfDisk,
  ref: OvfFile,
  files: readonly TarMember[],
  notes: Note[],
): Promise<PackedDisk> {
  const members = chunkNames(ref, (name) => files.some((one) => one.name === name)).map((name) => {
    const member = files.find((one) => one.name === name)
    if (!member) throw missing(name)
    return member
  })
  const [first] = members
  if (!first) throw missing(ref.href)
  if (ref.isGzip) {
    if (members.length > 1) throw unsupported('A compressed disk in several files', `${ref.href} is compressed and cut into pieces at once`)
    const range = { offset: first.dataAt, length: first.storedBytes }
    const { sniff } = await peekCompressed(host, file, 'gzip', range)
    const place: MemberPlace = { kind: 'compressed', path: file.path, compression: 'gzip', range, tarMember: null }
    return { member: ref.href, place, sniff, virtualBytes: disk.capacityBytes, packedBytes: first.storedBytes, companions: [] }
  }
  const place = members.length === 1 ? placeOf(first) : joined(members)
  if (place.kind !== 'stored') throw missing(ref.href)
  const sniff = await sniffFile(readerOfPlace(readerOf(file), place), place.sizeBytes)
  const found = diskOf({ ...first, name: ref.href, sizeBytes: place.sizeBytes }, place, sniff, files)
  if (found instanceof AppError) throw found
  if (found === null) throw damaged(`${ref.href} is listed as a disk and holds ${sniff.label}`)
  noteSize(ref, place.sizeBytes, notes)
  noteCapacity(disk, found.virtualBytes, notes)
  const packedBytes = members.reduce((sum, member) => sum + member.storedBytes, 0)
  return { ...found, packedBytes, virtualBytes: found.virtualBytes ?? disk.capacityBytes }
}

/** One disk in several members, `href.000000000` and so on (DSP0243, 7.1). */
function joined(members: readonly TarMember[]): MemberPlace {
  let at = 0
  const pieces = members.map((member) => {
    if (member.isSparse) throw unsupported('A sparse piece of a disk', `${member.name} is stored with holes`)
    const piece = { offset: member.dataAt, length: member.storedBytes, at }
    at += member.storedBytes
    return piece
  })
  return { kind: 'stored', pieces, sizeBytes: at }
}

function chunkNames(ref: OvfFile, exists: (name: string) => boolean): string[] {
  if (ref.chunkBytes === null || exists(ref.href)) return [ref.href]
  const names: string[] = []
  for (let index = 0; ; index += 1) {
    const name = `${ref.href}.${String(index).padStart(9, '0')}`
    if (!exists(name)) return names.length === 0 ? [name] : names
    names.push(name)
  }
}

/** What a bare descriptor and the files beside it hold. Links to other folders are not followed. */
export async function disksOfFolder(host: Host, file: PackedFile): Promise<OvfContent> {
  if (file.fileBytes > MAX_OVF_BYTES) throw damaged(`The descriptor is larger than ${formatBytes(MAX_OVF_BYTES)}`)
  const folder = path.dirname(file.path)
  const pack: OvfPackage = readOvf(Buffer.from(await readerOf(file)(0, file.fileBytes)).toString('utf8'))
  const notes: Note[] = []
  const disks: PackedDisk[] = []
  for (const disk of pack.disks) {
    if (disk.file === null) notes.push(note(`The disk ${showControl(disk.id)} is made empty on deployment and has no file`))
    else disks.push(await folderDisk(host, folder, disk, disk.file, notes))
  }
  const base = path.basename(file.path).replace(/\.ovf$/i, '')
  const text = await textBeside(path.join(folder, `${base}.mf`))
  noteCertificate(notes, (await sizeBeside(folder, `${base}.cert`)) !== null)
  if (text === null) return { madeFor: pack.madeFor, disks, manifest: null, notes }
  const manifest: ListedFile[] = []
  for (const line of linesOf(text)) {
    const known = line.file === path.basename(file.path) || pack.files.some(({ href }) => href === line.file)
    const length = known ? await sizeBeside(folder, line.file) : null
    manifest.push({
      ...line,
      path: length === null ? null : path.join(folder, line.file),
      ranges: length === null ? [] : [{ offset: 0, length }],
    })
  }
  return { madeFor: pack.madeFor, disks, manifest, notes }
}

async function folderDisk(host: Host, folder: string, disk: OvfDisk, ref: OvfFile, notes: Note[]): Promise<PackedDisk> {
  if (ref.chunkBytes !== null && (await sizeBeside(folder, ref.href)) === null)
    throw unsupported(
      'A disk cut into pieces beside an OVF',
      `${ref.href} lies there in pieces`,
      'Join them with cat, or pack the folder as an OVA.',
    )
  const target = path.join(folder, ref.href)
  const packedBytes = await sizeBeside(folder, ref.href)
  if (packedBytes === null) throw missing(ref.href)
  noteSize(ref, packedBytes, notes)
  if (!ref.isGzip) {
    const source = await openSource(target)
    const [{ sniff }] = source.layers
    noteCapacity(disk, sniff.virtualBytes, notes)
    return { member: ref.href, place: { kind: 'file', path: target }, sniff, virtualBytes: sniff.virtualBytes, packedBytes, companions: [] }
  }
  const range = { offset: 0, length: packedBytes }
  const { sniff } = await withPackedFile(target, (packed) => peekCompressed(host, packed, 'gzip', range))
  const place: MemberPlace = { kind: 'compressed', path: target, compression: 'gzip', range, tarMember: null }
  return { member: ref.href, place, sniff, virtualBytes: disk.capacityBytes, packedBytes, companions: [] }
}

/** Length of a file in the folder; null where there is none. Throws `reference-refused` for a link to another folder. */
async function sizeBeside(folder: string, name: string): Promise<number | null> {
  try {
    return await withPackedFile(path.join(folder, name), async (file) => {
      if (path.dirname(file.path) === folder) return file.fileBytes
      throw new AppError('reference-refused', { details: { reference: name, reason: 'it is a link to another folder' } })
    })
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'file-not-found') return null
    throw thrown
  }
}

async function textBeside(file: string): Promise<string | null> {
  const bytes = await sizeBeside(path.dirname(file), path.basename(file))
  if (bytes === null) return null
  if (bytes > MAX_MANIFEST_BYTES) throw damaged('The manifest is larger than any needs to be')
  return withPackedFile(file, async (packed) => Buffer.from(await readerOf(packed)(0, bytes)).toString('utf8'))
}

async function readText(file: PackedFile, member: TarMember, limit: number): Promise<string> {
  if (member.sizeBytes > limit) throw damaged(`${member.name} is larger than any needs to be`)
  const place = placeOf(member)
  if (place.kind !== 'stored') return ''
  return Buffer.from(await readerOfPlace(readerOf(file), place)(0, member.sizeBytes)).toString('utf8')
}

function linesOf(text: string): readonly ManifestLine[] {
  const lines = readManifest(text)
  if (typeof lines === 'string') throw new AppError('manifest-mismatch', { details: { reason: `The manifest cannot be read: ${lines}` } })
  return lines
}

function noteSize(ref: OvfFile, actual: number, notes: Note[]): void {
  if (ref.sizeBytes !== null && ref.sizeBytes !== actual)
    notes.push(warning(`${ref.href} has ${actual} bytes, and the descriptor says ${ref.sizeBytes}`))
}

function noteCapacity(disk: OvfDisk, virtualBytes: number | null, notes: Note[]): void {
  if (disk.capacityBytes === null || virtualBytes === null || disk.capacityBytes === virtualBytes) return
  notes.push(
    warning(
      `The disk ${showControl(disk.id)} has ${formatBytes(virtualBytes)}, and the descriptor says ${formatBytes(disk.capacityBytes)}`,
    ),
  )
}

function noteCertificate(notes: Note[], isThere: boolean): void {
  if (isThere) notes.push(note('It is signed with a certificate, which was not checked'))
}

function missing(name: string): AppError {
  return damaged(`${name} is listed in the descriptor and is not there`)
}

function damaged(reason: string): AppError {
  return new AppError('image-damaged', { details: { reason } })
}

function unsupported(feature: string, reason: string, next?: string): AppError {
  return new AppError('image-unsupported', { details: { feature, reason, ...(next === undefined ? {} : { next }) } })
}
