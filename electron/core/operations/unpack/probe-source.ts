import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { readQcow2Snapshots } from '#shared/images/headers/qcow2-snapshots'
import type { SourceReport } from '#shared/jobs/convert-request'
import { formatBytes } from '#shared/text/bytes'
import { showControl } from '#shared/text/visible'
import { openSource } from '../../guest/source.js'
import type { Host } from '../../process/host.js'
import { containerError, containerReferenceAt } from '../containers/container-file.js'
import { checkManifest, manifestBytes } from './check-manifest.js'
import { labelOf, note, type PackedSource } from './packed-disk.js'
import { readerOf, withPackedFile } from './packed-file.js'
import { openPacked } from './packed-source.js'

/** Up to this the digests are checked while the user looks; more is left to the job that reads the disk anyway. */
const QUICK_MANIFEST_BYTES = 2 * 1024 ** 3

export interface ProbeOptions {
  /** Check the manifest of any size. */
  readonly checkManifest?: boolean
}

/**
 * What a file is and which disks are in it. Nothing is written, and of a compressed file only the beginning is unpacked. Throws what
 * `openSource` and `openPacked` throw; a manifest that differs is told in the report.
 */
export async function probeSource(host: Host, imagePath: string, options: ProbeOptions = {}): Promise<SourceReport> {
  const packed = await openPacked(host, imagePath).catch((thrown: unknown) => leadOn(imagePath, thrown))
  if (packed.kind === 'archive' && packed.disks.length === 0) await refuseContainer(packed)
  // Its backing files and extents are vetted here, as when it is opened.
  const source = packed.kind === 'image' ? await openSource(packed.path) : null
  const backing = source?.layers.slice(1).map((layer) => path.basename(layer.path)) ?? []
  return {
    path: packed.path,
    name: path.basename(packed.path),
    kind: packed.kind,
    label: packed.label,
    fileBytes: source?.fileBytes ?? packed.fileBytes,
    disks: packed.disks.map(({ member, sniff, virtualBytes, packedBytes }) => ({
      member,
      label: sniff?.format ? labelOf(sniff) : null,
      virtualBytes,
      packedBytes,
    })),
    snapshots: await snapshotsOf(packed),
    manifest: await manifestOf(host, packed, options.checkManifest ?? false),
    notes: [...packed.notes, ...(backing.length === 0 ? [] : [note(`It holds the differences to ${backing.map(showControl).join(', ')}`)])],
  }
}

async function snapshotsOf(packed: PackedSource): Promise<SourceReport['snapshots']> {
  const [disk] = packed.disks
  if (packed.kind !== 'image' || disk?.sniff?.format !== 'qcow2' || disk.sniff.snapshots === 0) return []
  const found = await withPackedFile(packed.realPath, (file) => readQcow2Snapshots(readerOf(file)))
  return found.map(({ createdAt, ...snapshot }) => ({ ...snapshot, createdAt: new Date(createdAt).toISOString() }))
}

async function manifestOf(host: Host, { manifest }: PackedSource, always: boolean): Promise<SourceReport['manifest']> {
  if (manifest === null) return null
  const bytes = manifestBytes(manifest)
  if (bytes > QUICK_MANIFEST_BYTES && !always)
    return { state: 'unchecked', detail: `${formatBytes(bytes)} are checked when the disk is read` }
  if (host.signal?.aborted) throw new AppError('cancelled')
  return checkManifest(manifest, { signal: host.signal })
}

/** A folder is no disk, but may be a container image. */
async function leadOn(file: string, thrown: unknown): Promise<never> {
  const reference = thrown instanceof AppError && thrown.code === 'not-a-regular-file' ? await containerReferenceAt(file) : null
  throw reference === null ? thrown : containerError(path.resolve(file), reference)
}

async function refuseContainer({ path: file }: PackedSource): Promise<void> {
  const reference = await containerReferenceAt(file)
  if (reference !== null) throw containerError(file, reference)
}
