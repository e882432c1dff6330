import type { FoundDisk } from '#shared/containers/candidates'
import { entryPath } from '#shared/containers/entry-name'
import { roleOf } from '#shared/containers/layer-merge'
import type { LayerEntryKind, LayerTable } from '#shared/containers/layer-table'
import { TAIL_BYTES } from '#shared/images/sniff'
import { showControl } from '#shared/text/visible'
import type { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { Host } from '../../process/host.js'
import { memberHead } from '../unpack/member-head.js'
import { readTar, type TarInput, type TarMember } from '../unpack/tar-reader.js'
import { layerProblem } from './layer-stream.js'
import type { CountEntry } from './entry-budget.js'
import { type ProbeBudget, probeHead, probeMember, wantsTail } from './probe-member.js'

/** A kernel holds no longer target of a link, `PATH_MAX` of limits.h. */
export const MAX_LINK = 4096
const MAX_FOUND = 256
const MAX_NOTES = 20
const HEAD_FOR_TAIL = 66 * 1024

/** What one layer holds, as far as it was read. */
export interface LayerFindings {
  readonly table: LayerTable
  readonly found: FoundDisk[]
  readonly notes: string[]
}

export interface LayerReading {
  readonly host: Host
  readonly digest: string
  readonly budget: ProbeBudget
  readonly count: CountEntry
  /** Told when a disk was found, or known better. */
  onFound(): void
}

type LayerInput = TarInput & Pick<ByteSource, 'peek' | 'take'>

const KINDS: Readonly<Record<TarMember['kind'], LayerEntryKind>> = {
  file: 'file',
  folder: 'folder',
  'symbolic link': 'symlink',
  'hard link': 'hardlink',
  device: 'other',
  pipe: 'other',
  other: 'other',
}

/**
 * Reads the entries of a layer and looks into its files by their first bytes. Names that lead out of the image are left out and noted. Throws
 * `container-invalid`, `archive-too-large`, and what the input throws.
 */
export async function readLayer(reading: LayerReading, input: LayerInput, into: LayerFindings): Promise<void> {
  try {
    const leftOut = { count: 0 }
    for await (const member of readTar(input, reading.digest)) {
      const path = entryPath(member.name)
      if (path !== null) await readEntry(reading, input, member, path, into)
      else if (leftOut.count++ < MAX_NOTES)
        into.notes.push(`${showControl(member.name.slice(0, 200))} is left out: its name leads out of the image`)
    }
    if (leftOut.count > MAX_NOTES) into.notes.push(`${leftOut.count - MAX_NOTES} more are left out: their names lead out of the image`)
  } catch (thrown) {
    throw layerProblem(thrown, reading.digest)
  }
}

async function readEntry(reading: LayerReading, input: LayerInput, member: TarMember, path: string, into: LayerFindings): Promise<void> {
  const isLink = member.kind.endsWith('link') && member.link.length <= MAX_LINK
  reading.count(path, isLink ? member.link : null)
  const role = roleOf(path)
  if (role.role === 'whiteout') into.table.whiteouts.push(role.path)
  if (role.role === 'opaque') into.table.opaques.push(role.path)
  if (role.role !== 'entry') return
  const kind = member.kind.endsWith('link') && !isLink ? 'other' : KINDS[member.kind]
  const link = isLink ? member.link : null
  const { mode, uid, gid, sizeBytes } = member
  into.table.add({ path, kind, bytes: kind === 'file' ? sizeBytes : 0, mode, uid, gid, link })
  if (kind !== 'file' || sizeBytes === 0 || into.found.length >= MAX_FOUND) return
  await probe(reading, input, member, path, into)
}

async function probe(reading: LayerReading, input: LayerInput, member: TarMember, path: string, { found }: LayerFindings): Promise<void> {
  const file = { path, layer: reading.digest, isBlob: false }
  const first = await probeMember(reading.host, input, member, file, reading.budget)
  // A name that stands twice means the later file.
  const before = found.findIndex((disk) => disk.path === path)
  if (before >= 0) found.splice(before, 1)
  if (first !== null) {
    found.push(first)
    reading.onFound()
  }
  if (!wantsTail(first, path) || member.isSparse || member.sizeBytes <= HEAD_FOR_TAIL + TAIL_BYTES) return
  const head = Buffer.from(await memberHead(input, member, HEAD_FOR_TAIL))
  await input.skip(member.sizeBytes - TAIL_BYTES)
  const second = await probeHead(file, head, member.sizeBytes, Buffer.from(await input.take(TAIL_BYTES)))
  if (second === null || second.label === first?.label) return
  if (first !== null) found.pop()
  found.push(second)
  reading.onFound()
}
