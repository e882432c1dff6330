import path from 'node:path'
import type { BootEntry, BootReport } from '#shared/boot/boot-entry'
import { argKey, argValue } from '#shared/boot/kernel-args'
import { AppError } from '#shared/errors/app-error'
import type { ImageInfo, ImageWarning, Partition } from '#shared/images/image-info'
import { isExtendedType } from '#shared/images/partition-types'
import { archInside } from '#shared/platforms/arch-inside'
import { findBootConfig, MAX_ENTRIES } from '../guest/boot-config.js'
import { type GuestFiles, openGuestFiles } from '../guest/guest-files.js'
import { findMissingEnd, type MissingEnd } from '../guest/missing-end.js'
import { findOsName } from '../guest/os-name.js'
import { hasWrongEspType, isReadable, readPartitions } from '../guest/partitions.js'
import { type ImageReader, withReader } from '../guest/reader.js'
import { type ImageSource, openSource } from '../guest/source.js'
import type { Host } from '../process/host.js'
import { containerError, containerReferenceAt } from './containers/container-file.js'

const BIOS_BOOT_TYPE = '21686148-6449-6E6F-744E-656564454649'
const BOOT_CODE_BYTES = 440

export interface ImageReading {
  readonly info: ImageInfo
  readonly boot: BootReport
}

/** Everything the workbench shows when an image opens, in one reading. Throws what `openDisk` and the reader throw. */
export async function readImage(host: Host, imagePath: string): Promise<ImageReading> {
  return readSource(host, await openDisk(imagePath))
}

const MAY_BE_CONTAINER: ReadonlySet<string> = new Set(['image-packed', 'not-a-regular-file'])

/** As `openSource`; the error about a file or folder that is a container image says how that is opened. */
export async function openDisk(imagePath: string): Promise<ImageSource> {
  try {
    return await openSource(imagePath)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !MAY_BE_CONTAINER.has(thrown.code)) throw thrown
    const reference = await containerReferenceAt(imagePath)
    if (reference === null) throw thrown
    throw containerError(path.resolve(imagePath), reference)
  }
}

export async function inspectImage(host: Host, imagePath: string): Promise<ImageInfo> {
  return (await readImage(host, imagePath)).info
}

/** As `readImage`, of an image whose files were vetted already. */
export async function readSource(host: Host, source: ImageSource): Promise<ImageReading> {
  // Nothing depends on the answer: what cannot be looked at is told by whoever opens it.
  const asked = findMissingEnd(source, 'quick', host.signal).catch(() => null)
  try {
    return await readAll(host, source, asked)
  } catch (thrown) {
    // qemu opens some formats only when all of their blocks are there.
    const missing = thrown instanceof AppError && thrown.code === 'image-damaged' ? await asked : null
    if (missing === null || !(thrown instanceof AppError)) throw thrown
    throw new AppError('image-damaged', { details: { ...missing }, toolOutput: thrown.data.toolOutput, cause: thrown })
  }
}

async function readAll(host: Host, source: ImageSource, asked: Promise<MissingEnd | null>): Promise<ImageReading> {
  const started = performance.now()
  return withReader(host, source, async (reader) => {
    const files = openGuestFiles(host, reader)
    const partitions = await readPartitions(reader, files)
    const [found, osName, firmware] = await Promise.all([
      findBootConfig(files, partitions),
      findOsName(files, partitions),
      findFirmware(reader, partitions),
    ])
    const [top] = source.layers
    const extended = reader.table.partitions
      .filter(({ type }) => isExtendedType(type))
      .map(({ startBytes, sizeBytes }) => ({ startBytes, sizeBytes }))
    const elapsedMs = performance.now() - started
    const info: ImageInfo = {
      path: source.path,
      name: path.basename(source.path),
      folder: path.dirname(source.path),
      format: source.format,
      variant: top.sniff.variant,
      virtualBytes: reader.virtualBytes,
      fileBytes: source.fileBytes,
      onDiskBytes: source.onDiskBytes,
      sectorBytes: reader.table.sectorBytes,
      table: reader.table.partitions.length === 0 ? 'none' : reader.table.table,
      partitions,
      ...(extended.length === 0 ? {} : { extended }),
      backingChain: source.layers.slice(1).map((layer) => ({ path: layer.path, format: layer.format })),
      extents: [...source.extents],
      osName,
      firmware,
      arch: archInside(partitions, found.entries, await loaderNames(files, partitions)),
      ignitionPlatform: ignitionPlatform(found.entries),
      warnings: [
        ...findWarnings(host, reader, partitions),
        ...cutShort(reader, await asked),
        ...(found.cut ? [{ code: 'boot-entries-cut' as const, detail: String(MAX_ENTRIES) }] : []),
        ...(await unreadable(files, partitions)),
      ],
      revision: source.revision,
      elapsedMs,
    }
    const { cut: _cut, ...boot } = found
    return { info, boot: { ...boot, elapsedMs } }
  })
}

/** `ignition.platform.id` of the default entry; null without one. */
export function ignitionPlatform(entries: readonly BootEntry[]): string | null {
  const entry = entries.find((candidate) => candidate.isDefault)
  const arg = entry?.args.findLast((candidate) => argKey(candidate) === 'ignition.platform.id')
  return arg === undefined ? null : argValue(arg)
}

async function findFirmware(reader: ImageReader, partitions: readonly Partition[]): Promise<ImageInfo['firmware']> {
  const uefi = partitions.some((partition) => partition.isEsp)
  const bootCode = (await reader.readAt(0, BOOT_CODE_BYTES)).some((byte) => byte !== 0)
  const biosPartition = partitions.some(
    (partition) => partition.type === BIOS_BOOT_TYPE || (partition.bootable && reader.table.table === 'mbr'),
  )
  // A GPT disk boots by BIOS only with a BIOS boot partition or code that finds its own way; the code alone proves neither.
  const bios = biosPartition || (bootCode && reader.table.table === 'mbr' && reader.table.partitions.length > 0)
  if (uefi && bios) return 'both'
  if (uefi) return 'uefi'
  return bios ? 'bios' : 'unknown'
}

/** Where firmware looks for what boots without being told. */
async function loaderNames(files: GuestFiles, partitions: readonly Partition[]): Promise<string[]> {
  const folders = partitions.filter(({ isEsp }) => isEsp).map(({ number }) => files.list(number, '/EFI/BOOT').catch(() => []))
  return (await Promise.all(folders)).flat().map(({ name }) => name)
}

/** A file system that is recognized by its superblock but that no driver reads would seem to be empty. */
async function unreadable(files: GuestFiles, partitions: readonly Partition[]): Promise<ImageWarning[]> {
  const warnings = await Promise.all(
    partitions.map(async ({ number, filesystem }): Promise<ImageWarning[]> => {
      if (!isReadable(filesystem) || (await files.isReadable(number))) return []
      return [{ code: 'filesystem-unreadable', partition: number, detail: filesystem?.type ?? '' }]
    }),
  )
  return warnings.flat()
}

/** Of an image that is being written to nothing is said: its tables and its length are of different moments. */
function cutShort({ inUse, source }: ImageReader, missing: MissingEnd | null): ImageWarning[] {
  if (missing === null || inUse) return []
  const other = missing.path === source.layers[0].path ? '' : `${path.basename(missing.path)}: `
  return [{ code: 'cut-short', detail: `${other}${missing.reason}` }]
}

function findWarnings(host: Host, reader: ImageReader, partitions: readonly Partition[]): ImageWarning[] {
  const { source, table } = reader
  const { sniff } = source.layers[0]
  const wrongEsp = partitions.filter(hasWrongEspType).map(
    (partition): ImageWarning => ({
      code: 'esp-wrong-type',
      partition: partition.number,
      detail: partition.typeName,
    }),
  )
  const facts: readonly (readonly [boolean, ImageWarning])[] = [
    [table.partitions.length === 0 && table.problem === null, { code: 'no-partition-table' }],
    [table.problem !== null, { code: 'partition-table-damaged', detail: table.problem?.split('\n')[0] ?? '' }],
    [table.backupMisplaced, { code: 'backup-gpt-misplaced' }],
    [reader.inUse, { code: 'image-in-use' }],
    [sniff.snapshots > 0, { code: 'internal-snapshots', detail: String(sniff.snapshots) }],
    [
      source.layers.length > 1,
      {
        code: 'backing-file',
        detail: source.layers
          .slice(1)
          .map((layer) => path.basename(layer.path))
          .join(', '),
      },
    ],
    [!host.sandbox.usable, { code: 'sandbox-missing', detail: host.sandbox.reason }],
  ]
  return [...wrongEsp, ...facts.flatMap(([applies, warning]) => (applies ? [warning] : []))]
}
