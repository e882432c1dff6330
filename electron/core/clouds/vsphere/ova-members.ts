import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { readManifest } from '#shared/archives/manifest'
import { readOvf } from '#shared/archives/ovf'
import { readTarHeader, TAR_BLOCK } from '#shared/archives/tar-header'
import { AppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'

/** A file in an OVA, and where its bytes are. */
export interface OvaMember {
  readonly name: string
  readonly offset: number
  readonly bytes: number
  /** By the manifest, lower case; null where it names no SHA-256. */
  readonly sha256: string | null
}

export interface Ova {
  readonly path: string
  /** The descriptor, as text. */
  readonly ovf: string
  readonly descriptor: OvaMember
  /** Files of the descriptor, in its order: disks first of all. */
  readonly files: readonly OvaMember[]
}

/** The archive that an upload sends. Throws `image-changed` when it is not the one that it was begun with. */
export async function ovaOf(run: Pick<UploadRun, 'source' | 'journal'>): Promise<Ova> {
  const { path, identity } = await run.source.file()
  const before = run.journal.get<string>('ova')
  if (before !== undefined && before !== identity) throw new AppError('image-changed', { details: { path } })
  await run.journal.put('ova', identity)
  return readOva(path)
}

/** A descriptor is some tens of KiB; a manifest less. */
const MAX_TEXT_BYTES = 4 * 1024 ** 2
const MAX_MEMBERS = 1000

/**
 * What is in an OVA (DMTF DSP0243, 5.3: a ustar archive whose first member is the descriptor). Throws `image-damaged`, and `image-unsupported` for
 * members that this tells nothing of.
 */
export async function readOva(path: string): Promise<Ova> {
  const members = await listMembers(path)
  const descriptor = members[0]
  if (descriptor === undefined || !descriptor.name.endsWith('.ovf')) throw damaged(path, 'its first member is no OVF descriptor')
  const manifest = members.find(({ name }) => name.endsWith('.mf'))
  const lines = manifest === undefined ? [] : readManifest(await readText(path, manifest))
  if (typeof lines === 'string') throw damaged(path, `its manifest cannot be read: ${lines}`)
  const withDigest = (member: OvaMember): OvaMember => ({
    ...member,
    sha256: lines.find(({ file, digest }) => file === member.name && digest === 'sha256')?.hex ?? null,
  })
  const ovf = await readText(path, descriptor)
  const files = readOvf(ovf).files.map((file) => {
    const member = members.find(({ name }) => name === file.href)
    if (member === undefined || file.chunkBytes !== null) throw damaged(path, `${file.href} is not in it in one piece`)
    return withDigest(member)
  })
  return { path, ovf, descriptor: withDigest(descriptor), files }
}

async function listMembers(path: string): Promise<OvaMember[]> {
  const file = await open(path)
  try {
    const members: OvaMember[] = []
    const block = Buffer.alloc(TAR_BLOCK)
    for (let offset = 0; members.length < MAX_MEMBERS; ) {
      const { bytesRead } = await file.read(block, 0, TAR_BLOCK, offset)
      const header = bytesRead < TAR_BLOCK ? 'end' : readTarHeader(block)
      if (header === 'end') return members
      if (header === null) throw damaged(path, 'it is no tar archive')
      if (header.kind === 'other') {
        throw new AppError('image-unsupported', { details: { path, reason: 'it holds members of a kind that OVA has not' } })
      }
      const start = offset + TAR_BLOCK
      if (header.kind === 'file') members.push({ name: header.name, offset: start, bytes: header.size, sha256: null })
      offset = start + Math.ceil(header.size / TAR_BLOCK) * TAR_BLOCK
    }
    throw damaged(path, 'it has too many members')
  } finally {
    await file.close()
  }
}

async function readText(path: string, { offset, bytes, name }: OvaMember): Promise<string> {
  if (bytes > MAX_TEXT_BYTES) throw damaged(path, `${name} is too long`)
  const file = await open(path)
  try {
    const text = Buffer.alloc(bytes)
    const { bytesRead } = await file.read(text, 0, bytes, offset)
    if (bytesRead < bytes) throw damaged(path, `it ends in ${name}`)
    return text.toString('utf8')
  } finally {
    await file.close()
  }
}

/** The bytes of a member, once. */
export function streamMember(path: string, { offset, bytes }: OvaMember): Readable {
  return createReadStream(path, { start: offset, end: offset + bytes - 1, highWaterMark: 1024 ** 2 })
}

function damaged(path: string, reason: string): AppError {
  return new AppError('image-damaged', { details: { path, reason } })
}
