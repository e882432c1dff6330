import path from 'node:path'
import { KIND_HEAD_BYTES, kindOfHead } from '#shared/clouds/file-kind'
import { DATA_UNIT_BYTES, type SourceFacts } from '#shared/clouds/source-facts'
import { compressionOf } from '#shared/archives/compression'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import { parseReference } from '#shared/containers/reference'
import { findSubformat, isDiskFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import { countBlocks } from '../../clouds/transfer/data-blocks.js'
import { applyEdits } from '../../guest/edits/apply-edits.js'
import { readExtents } from '../../guest/raw-disk.js'
import { findArch, findSystemFacts } from '../../guest/system-facts.js'
import type { Host } from '../../process/host.js'
import { containerReferenceAt } from '../containers/container-file.js'
import type { ImageSessions, OpenImage } from '../image-sessions.js'
import { ignitionPlatform } from '../inspect-image.js'
import { factsForEdits } from '../preview-edits.js'
import { peekCompressed } from '../unpack/archive-disks.js'
import { type PackedFile, readerOf, withPackedFile } from '../unpack/packed-file.js'
import { probeSource } from '../unpack/probe-source.js'

type Nothing = Omit<SourceFacts, 'path' | 'kind' | 'virtualBytes' | 'fileBytes' | 'revision'>

const NOTHING_KNOWN: Nothing = {
  format: null,
  subformat: null,
  dataBytes: null,
  architecture: null,
  firmware: null,
  os: null,
  ignitionPlatform: null,
}

/** What stands for a file as long as it is the same. Of an image in podman's storage its name: storage keeps its own identity. */
const IN_STORAGE = /^containers-storage:/

/**
 * What a file is that could be uploaded, with its staged edits. Nothing is written. Throws `file-not-found`, `file-not-readable`, and what keeps an
 * edit from being applied.
 */
export async function readSourceFacts(
  host: Host,
  sessions: ImageSessions,
  given: string,
  edits: readonly Edit[] = [],
): Promise<SourceFacts> {
  if (IN_STORAGE.test(given)) return { ...NOTHING_KNOWN, ...inStorage(given) }
  const file = path.resolve(given)
  const container = await containerReferenceAt(file)
  if (container !== null) return { ...NOTHING_KNOWN, path: file, kind: 'container', ...(await sizeOf(file)) }
  const look = await withPackedFile(file, (opened) => lookAt(host, opened))
  const { fileBytes, revision } = look
  const plain = { ...NOTHING_KNOWN, path: file, virtualBytes: fileBytes, fileBytes, revision }
  if (look.kind !== null) return { ...plain, kind: look.kind }
  try {
    return await sessions.use(host, file, (image) => diskFacts(host, image, edits))
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    if (thrown.code === 'image-packed') return { ...plain, ...(await packedFacts(host, file)) }
    if (thrown.code === 'image-unknown-format' || thrown.code === 'image-empty') return { ...plain, kind: 'other' }
    throw thrown
  }
}

function inStorage(reference: string): Pick<SourceFacts, 'path' | 'kind' | 'virtualBytes' | 'fileBytes' | 'revision'> {
  parseReference(reference)
  return { path: reference, kind: 'container', virtualBytes: 0, fileBytes: 0, revision: reference }
}

/** Of a folder nothing is told: what is sent is what lies in it by then, checked by its digests. */
async function sizeOf(file: string): Promise<Pick<SourceFacts, 'virtualBytes' | 'fileBytes' | 'revision'>> {
  const found = await withPackedFile(file, async ({ fileBytes, revision }) => ({ virtualBytes: fileBytes, fileBytes, revision })).catch(
    (thrown: unknown) => {
      if (thrown instanceof AppError && thrown.code === 'not-a-regular-file') return null
      throw thrown
    },
  )
  return found ?? { virtualBytes: 0, fileBytes: 0, revision: file }
}

interface Look {
  readonly kind: SourceFacts['kind'] | null
  readonly fileBytes: number
  readonly revision: string
}

async function lookAt(host: Host, opened: PackedFile): Promise<Look> {
  const { fileBytes, revision } = opened
  const head = await readerOf(opened)(0, KIND_HEAD_BYTES)
  const compression = compressionOf(head)
  if (compression === null) return { kind: kindOfHead(head), fileBytes, revision }
  const inside = await peekCompressed(host, opened, compression, { offset: 0, length: fileBytes }, KIND_HEAD_BYTES).catch(() => null)
  return { kind: inside === null ? null : kindOfHead(inside.head), fileBytes, revision }
}

async function packedFacts(host: Host, file: string): Promise<Partial<SourceFacts> & Pick<SourceFacts, 'kind'>> {
  const report = await probeSource(host, file).catch((thrown: unknown) => {
    if (thrown instanceof AppError && ['image-unknown-format', 'image-unsupported'].includes(thrown.code)) return null
    throw thrown
  })
  const [disk] = report?.disks ?? []
  if (report === null || disk === undefined) return { kind: 'other' }
  const kind = report.kind === 'ova' || report.kind === 'ovf' ? 'ova' : 'disk'
  return { kind, ...(disk.virtualBytes === null ? {} : { virtualBytes: disk.virtualBytes }) }
}

async function diskFacts(host: Host, { source, info, files }: OpenImage, edits: readonly Edit[]): Promise<SourceFacts> {
  const { draft, boot, outcomes } = await applyEdits(files, info.partitions, edits, factsForEdits(info))
  const failed = outcomes.find((outcome) => outcome.problem !== null)?.problem
  if (failed) throw AppError.fromData(failed)
  const [arch, system, extents] = await Promise.all([
    findArch(draft, info.partitions, boot.entries),
    findSystemFacts(draft, info.partitions, boot.entries).catch(() => null),
    readExtents(host, source.node, source.files),
  ])
  const release = system?.tree?.osRelease ?? {}
  const known = arch.from === 'assumed' ? null : arch.arch
  return {
    path: source.path,
    kind: 'disk',
    format: isDiskFormat(info.format) ? info.format : null,
    subformat: ownSubformat(info),
    virtualBytes: draft.layout.virtualBytes,
    fileBytes: info.fileBytes,
    dataBytes: extents.reduce((sum, { zero, length }) => sum + (zero ? 0 : length), 0),
    dataUnits: DATA_UNIT_BYTES.map((unitBytes) => ({ unitBytes, units: countBlocks(extents, unitBytes) })),
    architecture: known === 'x86_64' || known === 'aarch64' ? known : null,
    firmware: info.firmware === 'unknown' ? null : info.firmware,
    os: release.ID === undefined ? null : { id: release.ID, version: release.VERSION_ID ?? null, name: release.PRETTY_NAME ?? release.ID },
    ignitionPlatform: ignitionPlatform(boot.entries),
    revision: source.revision,
  }
}

/** Null also for what consists of several files: sent alone, it would be worth nothing. */
function ownSubformat({ format, variant, backingChain, extents }: ImageInfo): string | null {
  if (backingChain.length > 0 || extents.length > 0) return null
  if (format === 'raw') return 'sparse'
  if (format === 'qcow2') return qcow2Subformat(variant)
  return findSubformat(format, variant)?.id ?? null
}

function qcow2Subformat(variant: string): string {
  if (/^v2\b/.test(variant)) return 'v2'
  return /zstd/.test(variant) ? 'compressed-zstd' : 'v3'
}
