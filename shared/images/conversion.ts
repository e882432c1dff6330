import { AppError } from '../errors/app-error.js'
import { formatBytes } from '../text/bytes.js'
import { showControl } from '../text/visible.js'
import { checkFormatOptions } from './format-options.js'
import { type DiskFormat, FORMATS, findSubformat } from './formats.js'
import type { ImageInfo } from './image-info.js'

export interface ConvertTarget {
  readonly format: DiskFormat
  /** Id of a subformat; the format's first one when it is not given. */
  readonly subformat?: string | undefined
  /** Further `qemu-img -o` options, `name=value`; they override those of the subformat. */
  readonly options?: readonly string[]
}

export interface ConvertRequest extends ConvertTarget {
  /** qemu's name of the source's driver, always given: qemu must never guess. */
  readonly sourceDriver: string
  /** The source as qemu takes it: an absolute path or a `json:{…}` block device. */
  readonly source: string
  readonly output: string
  /**
   * `none` goes past the page cache, where the file system can; `writeback` syncs at the end; `unsafe` leaves that to the caller, who
   * can do something else meanwhile but must sync before the file counts. Default `writeback`.
   */
  readonly targetCache?: 'none' | 'writeback' | 'unsafe'
  /** How the source is read; left to qemu when it is not given. */
  readonly sourceCache?: 'none' | 'writeback'
}

/**
 * Arguments of the fastest safe `qemu-img convert` (qemu-img(1)): 16 coroutines, writes out of order but for compressed
 * targets, whose clusters must lie in order for readers that stream, and a cache mode that says who syncs.
 * @throws AppError `bad-input` for an unknown subformat or an option that is refused.
 */
export function buildConvertArgs(request: ConvertRequest): string[] {
  const subformat = findSubformat(request.format, request.subformat)
  if (subformat === undefined) throw badInput(`${FORMATS[request.format].label} has no subformat ${request.subformat ?? ''}`)
  const compressed = isCompressed(request.format, subformat.id)
  const streamed = compressed || subformat.id === 'streamOptimized'
  checkFormatOptions(request.format, subformat.id, parseOptions(request.options ?? []))
  const options = mergeOptions([...subformat.options, ...(request.options ?? [])])
  return [
    'convert',
    '-p',
    '-m',
    '16',
    ...(streamed ? [] : ['-W']),
    ...(compressed ? ['-c'] : []),
    '-t',
    request.targetCache ?? 'writeback',
    ...(request.sourceCache === undefined ? [] : ['-T', request.sourceCache]),
    '-f',
    request.sourceDriver,
    '-O',
    FORMATS[request.format].driver,
    ...(options === '' ? [] : ['-o', options]),
    request.source,
    request.output,
  ]
}

/** Whether clusters are deflated while they are written. */
export function isCompressed(format: DiskFormat, subformat: string): boolean {
  return format === 'qcow2' && subformat.startsWith('compressed')
}

export interface OptionText {
  readonly name: string
  readonly value: string
}

/** Options that make qemu open, empty or write another file, or that need a secret. */
const REFUSED_OPTIONS = /^(backing|data_file|encrypt|key-secret|size$)/

/**
 * Reads `name=value` texts.
 * @throws AppError `bad-input` for another form, or for an option that names files or keys.
 */
export function parseOptions(texts: readonly string[]): OptionText[] {
  return texts.map((text) => {
    const match = /^([A-Za-z0-9][A-Za-z0-9._-]*)=([^\0\n\r]*)$/.exec(text)
    const name = match?.[1]
    if (name === undefined) throw badInput(`${text.slice(0, 80)} is not of the form name=value`)
    if (REFUSED_OPTIONS.test(name)) throw badInput(`The option ${name} is refused, because it names other files or keys`)
    return { name, value: match?.[2] ?? '' }
  })
}

/** The later one of two options of the same name counts. A comma in a value is doubled, as qemu wants it. */
function mergeOptions(texts: readonly string[]): string {
  const merged = new Map(parseOptions(texts).map((option) => [option.name, option.value]))
  return [...merged].map(([name, value]) => `${name}=${value.replaceAll(',', ',,')}`).join(',')
}

export const CONVERSION_WARNINGS = [
  'snapshots-dropped',
  'backing-merged',
  'further-files',
  'size-limit',
  'not-whole-mebibytes',
  'source-in-use',
  'source-cut-short',
  'file-limit',
] as const
export interface ConversionWarning {
  readonly code: (typeof CONVERSION_WARNINGS)[number]
  readonly text: string
}

const GIB = 1024 ** 3
const TIB = 1024 ** 4
/** Largest virtual sizes: VHD specification 1.0, VMDK of one sparse extent (QEMU block/vmdk.c), MS-VHDX 2.6. */
const SIZE_LIMITS: Partial<Readonly<Record<DiskFormat, number>>> = { vhd: 2040 * GIB, vmdk: 2 * TIB, vhdx: 64 * TIB }

/** Largest virtual size that a format can hold, bytes; null where none is known. Disks in several parts have no limit here. */
export function formatLimitBytes(format: DiskFormat, subformat: string): number | null {
  return isSplit(subformat) ? null : (SIZE_LIMITS[format] ?? null)
}

/**
 * What a user should know before a conversion starts.
 * `maxFileBytes` is the longest file that the target's file system can hold, where it is known (4 GiB - 1 on FAT32).
 */
export function conversionWarnings(info: ImageInfo, target: ConvertTarget, maxFileBytes?: number): ConversionWarning[] {
  const subformat = findSubformat(target.format, target.subformat)?.id ?? ''
  const label = FORMATS[target.format].label
  const warnings: ConversionWarning[] = []
  const add = (code: ConversionWarning['code'], text: string) => warnings.push({ code, text })
  const has = (code: ImageInfo['warnings'][number]['code']) => info.warnings.some((warning) => warning.code === code)

  if (has('internal-snapshots')) add('snapshots-dropped', 'Internal snapshots are not copied: the result holds the current state only.')
  if (info.backingChain.length > 0 || has('backing-file'))
    add('backing-merged', 'The content of the backing files is copied too, so the result stands on its own.')
  if (has('image-in-use')) add('source-in-use', 'The image is open for writing elsewhere; a copy made now may be inconsistent.')
  const cut = info.warnings.find(({ code }) => code === 'cut-short')
  if (cut)
    add(
      'source-cut-short',
      `The file was cut short, so it will be refused: ${showControl(cut.detail ?? 'its tables name more than it holds')}.`,
    )
  if (target.format === 'vmdk' && subformat === 'monolithicFlat')
    add('further-files', 'Two files are written: a descriptor, and the data beside it as NAME-flat.vmdk. Keep them together.')
  if (subformat.startsWith('twoGbMaxExtent'))
    add('further-files', 'Several files are written: a descriptor, and the parts beside it. Keep them together.')
  const limit = formatLimitBytes(target.format, subformat)
  if (limit !== null && info.virtualBytes > limit) {
    add('size-limit', `${label} disks end at ${formatBytes(limit)}; this one has ${formatBytes(info.virtualBytes)}.`)
  }
  if (target.format === 'vhd' && subformat === 'fixed' && info.virtualBytes % (1024 * 1024) !== 0) {
    add('not-whole-mebibytes', 'The size is not a whole number of MiB. Azure refuses such disks.')
  }
  if (maxFileBytes !== undefined && info.virtualBytes > maxFileBytes && !subformat.startsWith('twoGbMaxExtent')) {
    add(
      'file-limit',
      `Files on the target's file system end at ${formatBytes(maxFileBytes)}; the result can grow to ${formatBytes(info.virtualBytes)}.`,
    )
  }
  return warnings
}

function isSplit(subformat: string): boolean {
  return subformat.startsWith('twoGbMaxExtent') || subformat === 'monolithicFlat'
}

function badInput(reason: string): AppError {
  return new AppError('bad-input', { details: { reason } })
}
