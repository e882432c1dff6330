import type { Compression } from '../archives/compression.js'
import { imageFormat, type ImageFormat } from '../images/formats.js'
import type { SniffResult } from '../images/sniff-result.js'
import type { DiskCandidate } from './container-report.js'
import { baseOf, isWithin } from './entry-name.js'
import { splitSets } from './split-names.js'

const MIB = 1024 ** 2
const SECTOR = 512
/** Boot sectors and the like come in every system; a raw disk that is smaller has to be called one. */
const MIN_RAW_BYTES = MIB
/** Where boot containers (Oracle Container Host for Kubernetes) and KubeVirt's containerDisks keep their disk. */
const DISK_FOLDER = '/disk'
const DISK_WORDS = /(?:^|[-_./])(?:boot|disk|image|root|os|vm|hdd?|sd[a-z]|system)\b/i
const ISO_EXTENSIONS: readonly string[] = ['iso']
const OTHER_EXTENSIONS: readonly string[] = ['disk', 'dd', 'bin']
/** Raw content that is a disk of its own, and not only a file system. */
const WHOLE_DISKS: ReadonlySet<string> = new Set(['GPT', 'MBR'])

/** A file of an image that is a disk by its first bytes. */
export interface FoundDisk {
  /** As in `DiskCandidate`. */
  readonly path: string
  readonly layer: string
  readonly bytes: number
  readonly label: string
  readonly format: ImageFormat
  readonly variant: string
  readonly virtualBytes: number | null
  readonly compression: Compression | null
  readonly needs: readonly string[]
  readonly isBootableIso: boolean
  /** A blob of an artifact. */
  readonly isBlob: boolean
}

/** What a sniffed file is as a disk; null for what is none, or what nobody would call one. */
export function foundDisk(
  file: Pick<FoundDisk, 'path' | 'layer' | 'bytes' | 'compression' | 'isBlob'>,
  sniff: SniffResult,
  label: string,
  isBootableIso: boolean,
): FoundDisk | null {
  const refused = sniff.problems.find(({ code }) => code === 'reference-refused')
  if (sniff.format === null || sniff.problems.some((problem) => problem !== refused)) return null
  if (sniff.format === 'raw' && !mayBeRawDisk(file, sniff.variant)) return null
  const extents = sniff.extents.flatMap(({ file: name }) => (name === null ? [] : [name]))
  const named = [sniff.backingFile, sniff.dataFile, ...extents, refused === undefined ? null : String(refused.details.reference ?? '')]
  return {
    ...file,
    label,
    format: sniff.format,
    variant: sniff.variant,
    virtualBytes: file.compression !== null && sniff.format === 'raw' ? null : sniff.virtualBytes,
    needs: [...new Set(named.filter((name) => name !== null && name !== ''))] as string[],
    isBootableIso,
  }
}

function mayBeRawDisk(
  { path, bytes, compression, isBlob }: Pick<FoundDisk, 'path' | 'bytes' | 'compression' | 'isBlob'>,
  variant: string,
): boolean {
  if (isBlob || isWithin(path, DISK_FOLDER) || (variant !== 'blank' && agrees(path, 'raw'))) return true
  return compression !== null ? WHOLE_DISKS.has(variant) : bytes >= MIN_RAW_BYTES
}

/**
 * The disks of an image, the most likely one first. `isThere` tells which files the image has: extents of a descriptor, parts. A file of zeros is a
 * disk only where nothing else is.
 */
export function rankDisks(found: readonly FoundDisk[], files: FilesOfImage): DiskCandidate[] {
  const laterParts = new Set([...files.sets.values()].flatMap((parts) => parts.slice(1)))
  const extents = new Set(found.flatMap((disk) => disk.needs.map((name) => beside(disk.path, name)).filter((path) => path !== disk.path)))
  const whole = found.filter(({ path }) => !laterParts.has(path) && !extents.has(path))
  const filled = whole.filter(({ variant, format }) => format !== 'raw' || variant !== 'blank')
  return (filled.length > 0 ? filled : whole)
    .map((disk) => candidateOf(disk, files))
    .sort((one, other) => other.score - one.score || other.bytes - one.bytes || (one.path < other.path ? -1 : 1))
}

/** Sets of parts whose first one was found to be a disk. */
export function setsOf(found: readonly FoundDisk[], paths: Iterable<string>): Map<string, string[]> {
  const firsts = new Set(found.map(({ path }) => path))
  return new Map([...splitSets(paths)].filter(([first]) => firsts.has(first)))
}

/** What may be taken without being named: a disk, or an ISO image that boots, that is whole by itself. File systems come in many images that hold no disk. */
export function mayBeTaken(disk: Pick<FoundDisk, 'path' | 'format' | 'variant' | 'needs' | 'isBlob' | 'isBootableIso'>): boolean {
  const { path, format, variant, needs, isBlob, isBootableIso } = disk
  if (needs.length > 0 || (format === 'raw' && variant === 'blank')) return false
  return format !== 'raw' || WHOLE_DISKS.has(variant) || isBootableIso || isBlob || isWithin(path, DISK_FOLDER)
}

/** What else there is in an image. */
export interface FilesOfImage {
  /** Parts of files that were split, by their first. */
  readonly sets: ReadonlyMap<string, readonly string[]>
  has(path: string): boolean
  bytesOf(path: string): number
}

type Points = readonly [points: number, why: string]

function candidateOf(disk: FoundDisk, files: FilesOfImage): DiskCandidate {
  const parts = files.sets.get(disk.path) ?? []
  const points: Points[] = [byContent(disk)]
  if (disk.isBlob) points.push([30, 'a blob of an artifact is the disk itself'])
  if (isWithin(disk.path, DISK_FOLDER)) points.push([30, 'it lies in /disk, where boot containers keep theirs'])
  if (agrees(disk.path, disk.format)) points.push([10, 'its name fits its content'])
  if (DISK_WORDS.test(baseOf(disk.path))) points.push([5, 'it is called like a disk'])
  if (disk.bytes >= 64 * MIB) points.push([5, ''])
  if (parts.length > 0) points.push([0, `it was split into ${parts.length} parts`])
  if (disk.needs.length > 0) points.push([-60, needsWords(disk, files.has)])
  const { path, layer, label, format, compression } = disk
  const bytes = parts.length === 0 ? disk.bytes : parts.reduce((sum, part) => sum + files.bytesOf(part), 0)
  // A raw disk is as long as its file, whatever its first part says.
  const virtualBytes = format === 'raw' && compression === null ? Math.ceil(bytes / SECTOR) * SECTOR : disk.virtualBytes
  return {
    path,
    layer,
    label,
    format,
    virtualBytes,
    bytes,
    compression,
    parts: [...parts],
    needs: [...disk.needs],
    score: points.reduce((sum, [count]) => sum + count, 0),
    reason: points.flatMap(([, why]) => (why === '' ? [] : [why])).join('; '),
  }
}

function byContent({ format, variant, label, isBootableIso }: FoundDisk): Points {
  if (variant === 'ISO 9660' && format === 'raw')
    return isBootableIso ? [25, 'an ISO image that boots'] : [15, 'an ISO image without a boot record']
  if (format !== 'raw') return [60, `${label} by its content`]
  if (WHOLE_DISKS.has(variant)) return [50, `a disk with ${variant} by its content`]
  return variant === 'blank' ? [1, 'nothing but zeros at its beginning'] : [12, `${label} by its content, without a partition table`]
}

function needsWords({ path, needs }: FoundDisk, has: (path: string) => boolean): string {
  const missing = needs.filter((name) => !has(beside(path, name)))
  if (missing.length === 0) return 'it consists of several files, which are all there: take the folder'
  return `it needs ${missing.join(', ')}, which the image does not have beside it`
}

/** Names are only looked up beside the file that has them. */
function beside(path: string, name: string): string {
  return name.includes('/') ? name : path.slice(0, path.lastIndexOf('/') + 1) + name
}

/** Whether a name ends as its content wants, endings of compressions and parts left aside. */
function agrees(path: string, format: ImageFormat): boolean {
  const plain = baseOf(path)
    .toLowerCase()
    .replace(/\.(?:part[-_.]?)?\d{1,4}$|\.[a-z]{2}$/, (ending) => (/^\.(?:gz|xz)$/.test(ending) ? ending : ''))
    .replace(/\.(?:gz|xz|zst|zstd|bz2)$/, '')
  const extension = plain.slice(plain.lastIndexOf('.') + 1)
  const fitting = [
    ...imageFormat(format).extensions,
    ...(format === 'raw' ? [...ISO_EXTENSIONS, ...OTHER_EXTENSIONS] : []),
    ...(format === 'qcow2' ? ['img'] : []),
  ]
  return plain.includes('.') && fitting.includes(extension)
}
