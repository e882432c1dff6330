import path from 'node:path'
import type { DiskReport } from '#shared/images/disk-report'
import { readQcow2Snapshots } from '#shared/images/headers/qcow2-snapshots'
import { imageFormat } from '#shared/images/formats'
import { type ImageSource, openSource } from '../../guest/source.js'
import { fileHolders } from '../../process/file-holders.js'
import type { Host } from '../../process/host.js'
import { checkImage } from '../../tools/qemu-img/check.js'
import { readerOf, withPackedFile } from '../unpack/packed-file.js'
import { overlaysOf } from './overlays-of.js'

/** What there is to know of the file that a disk is in: its backing files and overlays, its snapshots, its health. Nothing is written. */
export async function diskReport(host: Host, imagePath: string): Promise<DiskReport> {
  const source = await openSource(imagePath)
  const [top] = source.layers
  const [overlays, snapshots, check, holders] = await Promise.all([
    overlaysOf(top.path).catch(() => []),
    snapshotsOf(source),
    checkOf(host, source),
    fileHolders(top.path),
  ])
  return {
    path: source.path,
    format: source.format,
    revision: source.revision,
    fileBytes: source.fileBytes,
    onDiskBytes: source.onDiskBytes,
    chain: source.layers.map(({ path: file, format, onDiskBytes }) => ({ path: file, format, onDiskBytes })),
    overlays: overlays.map((name) => path.join(path.dirname(top.path), name)),
    snapshots,
    check,
    holders,
  }
}

async function snapshotsOf({ layers: [top] }: ImageSource): Promise<DiskReport['snapshots']> {
  if (top.format !== 'qcow2' || top.sniff.snapshots === 0) return []
  const found = await withPackedFile(top.path, (file) => readQcow2Snapshots(readerOf(file)))
  return found.map(({ createdAt, ...snapshot }) => ({ ...snapshot, createdAt: new Date(createdAt).toISOString() }))
}

async function checkOf(host: Host, source: ImageSource): Promise<DiskReport['check']> {
  const { checkable, driver } = imageFormat(source.format)
  const nothing = { verdict: 'unchecked', corruptions: 0, leaks: 0 } as const
  if (!checkable) return nothing
  const [top] = source.layers
  const { verdict, ...counts } = await checkImage(host, { driver, path: top.path, access: { read: source.files } })
  return verdict === 'unsupported' ? nothing : { verdict, ...counts }
}
