import { AppError } from '../errors/app-error.js'
import { formatBytes } from '../text/bytes.js'
import type { DiskFormat } from './formats.js'

/**
 * Options of `qemu-img convert -o` that a user may want to choose, as rows: words, values, defaults and what each costs.
 * Names and rules: qemu-img(1), qemu-block-drivers(7), QAPI `BlockdevCreateOptions*` (qapi/block-core.json), `qemu-img create -o help`
 * of QEMU 7.2, whose refusals were tried one by one. Options of subformats are not here: the subformat is chosen instead.
 */
export interface FormatOption {
  readonly name: string
  readonly label: string
  /** What it does, and what it costs or who cannot read the result. */
  readonly hint: string
  readonly values: OptionValues
  /** What qemu takes when it is not given, as text. */
  readonly usual: string
  /** Subformats it goes with; all when it is not given. */
  readonly subformats?: readonly string[]
  /** The first QEMU that has it, where that is later than 6.0. */
  readonly since?: string
}

export type OptionValues =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice'; readonly choices: readonly { readonly value: string; readonly label: string }[] }
  /** Bytes, of which these are offered; qemu's suffixes K, M, G are powers of 1024. */
  | { readonly kind: 'size'; readonly choices: readonly number[]; readonly min: number; readonly max: number; readonly powerOfTwo: boolean }
  | { readonly kind: 'number'; readonly choices: readonly number[] }
  | { readonly kind: 'text'; readonly pattern: RegExp; readonly example: string }

const KIB = 1024
const MIB = 1024 ** 2
const SWITCH = { kind: 'switch' } as const
const COMPRESSED: readonly string[] = ['compressed', 'compressed-zstd']

function choices(...values: readonly (readonly [value: string, label: string])[]): OptionValues {
  return { kind: 'choice', choices: values.map(([value, label]) => ({ value, label })) }
}

export const FORMAT_OPTIONS: Readonly<Record<DiskFormat, readonly FormatOption[]>> = {
  raw: [
    {
      name: 'preallocation',
      label: 'Space',
      hint: 'Reserved at once, so that it cannot run out later; takes the whole virtual size on this disk',
      values: choices(['off', 'As it is needed'], ['falloc', 'Reserved'], ['full', 'Written with zeros']),
      usual: 'off',
    },
    {
      name: 'nocow',
      label: 'No copy-on-write',
      hint: 'For images that are used on btrfs: faster, without its checksums',
      values: SWITCH,
      usual: 'off',
    },
  ],
  qcow2: [
    {
      name: 'cluster_size',
      label: 'Cluster size',
      hint: 'Larger: less metadata, faster for large disks. Smaller: smaller files with snapshots',
      values: {
        kind: 'size',
        choices: [4 * KIB, 16 * KIB, 32 * KIB, 64 * KIB, 128 * KIB, 256 * KIB, 512 * KIB, MIB, 2 * MIB],
        min: 512,
        max: 2 * MIB,
        powerOfTwo: true,
      },
      usual: '65536',
    },
    {
      name: 'compression_type',
      label: 'Compression',
      hint: 'zstd is faster and smaller; it is read by QEMU 5.1 and later, and not by importers of clouds that know zlib alone',
      values: choices(['zlib', 'zlib'], ['zstd', 'zstd']),
      usual: 'zlib',
      subformats: ['v3', ...COMPRESSED],
    },
    {
      name: 'preallocation',
      label: 'Space',
      hint: 'Metadata: tables are made at once. Reserved or written: takes the whole virtual size on this disk',
      values: choices(['off', 'As it is needed'], ['metadata', 'Metadata'], ['falloc', 'Reserved'], ['full', 'Written with zeros']),
      usual: 'off',
      subformats: ['v3', 'v2'],
    },
    {
      name: 'lazy_refcounts',
      label: 'Lazy reference counts',
      hint: 'Fewer writes while a machine runs; after a crash the image is repaired when it is opened',
      values: SWITCH,
      usual: 'off',
      subformats: ['v3', ...COMPRESSED],
    },
    {
      name: 'extended_l2',
      label: 'Extended L2 entries',
      hint: '32 subclusters a cluster: smaller copies on write behind a backing file. Read by QEMU 5.2 and later',
      values: SWITCH,
      usual: 'off',
      subformats: ['v3', ...COMPRESSED],
    },
    {
      name: 'refcount_bits',
      label: 'Reference count width',
      hint: 'Bits of a count. 16 is what every reader knows; 1 is enough without internal snapshots',
      values: { kind: 'number', choices: [1, 2, 4, 8, 16, 32, 64] },
      usual: '16',
      subformats: ['v3', ...COMPRESSED],
    },
    {
      name: 'nocow',
      label: 'No copy-on-write',
      hint: 'For images that are used on btrfs: faster, without its checksums',
      values: SWITCH,
      usual: 'off',
    },
  ],
  vmdk: [
    {
      name: 'adapter_type',
      label: 'Disk adapter',
      hint: 'The controller that the descriptor names. ESXi attaches IDE disks to IDE controllers only',
      values: choices(['ide', 'IDE'], ['lsilogic', 'LSI Logic'], ['buslogic', 'BusLogic'], ['legacyESX', 'Legacy ESX']),
      usual: 'ide',
    },
    {
      name: 'compat6',
      label: 'Hardware version 6',
      hint: 'Says virtualHWVersion 6 in the descriptor instead of 4; not together with a version of its own',
      values: SWITCH,
      usual: 'off',
    },
    {
      name: 'hwversion',
      label: 'Hardware version',
      hint: 'virtualHWVersion of the descriptor',
      values: { kind: 'text', pattern: /^[1-9]\d{0,2}$/, example: '17' },
      usual: '4',
    },
    {
      name: 'toolsversion',
      label: 'Tools version',
      hint: 'toolsVersion of the descriptor; 2147483647 says that the tools are not managed by VMware',
      values: { kind: 'text', pattern: /^\d{1,10}$/, example: '2147483647' },
      usual: '2147483647',
      since: '6.2',
    },
    {
      name: 'zeroed_grain',
      label: 'Zeroed grains',
      hint: 'Marks grains of zeros in the table; takes a reader of VMDK version 2',
      values: SWITCH,
      usual: 'off',
      subformats: ['monolithicSparse', 'twoGbMaxExtentSparse'],
    },
  ],
  vdi: [],
  vhd: [
    {
      name: 'force_size',
      label: 'Exact size',
      hint: 'Off: rounded up to a geometry of cylinders, heads and sectors, as Virtual PC wants it; Azure then refuses it',
      values: SWITCH,
      usual: 'on',
    },
  ],
  vhdx: [
    {
      name: 'block_size',
      label: 'Block size',
      hint: 'Larger: less metadata. QEMU chooses by the virtual size',
      values: {
        kind: 'size',
        choices: [MIB, 2 * MIB, 8 * MIB, 16 * MIB, 32 * MIB, 64 * MIB, 128 * MIB, 256 * MIB],
        min: MIB,
        max: 256 * MIB,
        powerOfTwo: true,
      },
      usual: 'by the virtual size',
    },
    {
      name: 'log_size',
      label: 'Log size',
      hint: 'Space for the log of metadata changes',
      values: { kind: 'size', choices: [MIB, 2 * MIB, 4 * MIB, 8 * MIB, 16 * MIB], min: MIB, max: 1024 * MIB, powerOfTwo: false },
      usual: '1048576',
    },
  ],
}

/** Names in the output of `qemu-img create -f FORMAT -o help`: `  cluster_size=<size>    - qcow2 cluster size`. */
export function parseOptionHelp(text: string): string[] {
  return text.split('\n').flatMap((line) => /^ {2}([a-z0-9_.-]+)=</i.exec(line)?.[1] ?? [])
}

/** Rows that go with a subformat, of those that the installed qemu-img has. */
export function offeredOptions(format: DiskFormat, subformat: string, installed: readonly string[]): FormatOption[] {
  return FORMAT_OPTIONS[format].filter(
    (row) => installed.includes(row.name) && (row.subformats === undefined || row.subformats.includes(subformat)),
  )
}

/** Bytes of a size as qemu writes it: `64K`, `2M`, `65536`. Undefined for another text. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,15})([kKmMgG]?)$/.exec(text)
  if (!match) return undefined
  const unit = { '': 1, k: KIB, m: MIB, g: 1024 * MIB }[(match[2] ?? '').toLowerCase()] ?? 1
  return Number(match[1]) * unit
}

/**
 * Refuses what qemu-img would refuse only after it began: values out of range, and options that do not go together.
 * Options without a row are left to qemu.
 * @throws AppError `bad-input` with the reason in words.
 */
export function checkFormatOptions(
  format: DiskFormat,
  subformat: string,
  options: readonly { readonly name: string; readonly value: string }[],
): void {
  for (const { name, value } of options) {
    const row = FORMAT_OPTIONS[format].find((candidate) => candidate.name === name)
    if (row === undefined) continue
    const problem = valueProblem(row, value)
    if (problem !== undefined) throw refused(`${name}=${value.slice(0, 40)}: ${problem}`)
    if (row.subformats !== undefined && !row.subformats.includes(subformat) && value !== row.usual)
      throw refused(`${name} does not go with ${format}:${subformat}`)
  }
  const conflict = conflictOf(format, new Map(options.map(({ name, value }) => [name, value])))
  if (conflict !== undefined) throw refused(conflict)
}

function valueProblem({ values }: FormatOption, value: string): string | undefined {
  if (values.kind === 'switch') return value === 'on' || value === 'off' ? undefined : 'on or off is meant'
  if (values.kind === 'choice') {
    return values.choices.some((choice) => choice.value === value)
      ? undefined
      : `one of ${values.choices.map((choice) => choice.value).join(', ')} is meant`
  }
  if (values.kind === 'number') return values.choices.includes(Number(value)) ? undefined : `one of ${values.choices.join(', ')} is meant`
  if (values.kind === 'text') return values.pattern.test(value) ? undefined : `something like ${values.example} is meant`
  const bytes = parseSize(value)
  if (bytes === undefined) return 'a size such as 64K or 2M is meant'
  if (bytes < values.min || bytes > values.max) return `it has to be from ${formatBytes(values.min)} to ${formatBytes(values.max)}`
  return values.powerOfTwo && !Number.isInteger(Math.log2(bytes)) ? 'it has to be a power of two' : undefined
}

function conflictOf(format: DiskFormat, given: ReadonlyMap<string, string>): string | undefined {
  if (format === 'vmdk' && given.get('compat6') === 'on' && given.has('hwversion'))
    return 'compat6 is a hardware version: give one of the two'
  if (format !== 'qcow2') return undefined
  const cluster = parseSize(given.get('cluster_size') ?? '65536') ?? 0
  if (given.get('extended_l2') === 'on' && cluster < 16 * KIB) return 'extended_l2 needs clusters of 16 KiB or more'
  return undefined
}

function refused(reason: string): AppError {
  return new AppError('bad-input', { details: { reason } })
}
