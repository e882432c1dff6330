import { AppError } from '#shared/errors/app-error'
import { type BlockNode, imageName } from '#shared/images/block-node'
import { buildConvertArgs } from '#shared/images/conversion'
import { type DiskFormat, FORMATS, findSubformat, type Subformat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import type { ConvertInput, DigestName } from '#shared/jobs/convert-request'
import type { JobOutput } from '#shared/jobs/job'
import type { Packer } from './artifacts/packer.js'

export interface WriteRequest {
  /** What is read: an image, or an overlay with staged edits. */
  readonly node: BlockNode
  /** All files that `node` opens, extents too. */
  readonly files: readonly string[]
  readonly virtualBytes: number
  readonly output: string
  readonly format: DiskFormat
  readonly subformat: Subformat
  readonly options: readonly string[]
  readonly verify: boolean
  readonly replace: boolean
  /** Throws when the source is no longer what was read. Asked before the result takes its name, and when something failed: it is the cause then. */
  readonly requireUnchanged: () => Promise<void>
  /** Until `beforePublish` says otherwise nobody else may read the part file: it takes the place of a file that may be private. */
  readonly private?: boolean
  /** Last word before the result takes its name, after it reached the disk; may still throw. Gets the part file. */
  readonly beforePublish?: (part: string) => Promise<void>
  /** Our own writer, and what it needs to know; qemu-img writes where there is none. */
  readonly packing?: Packing
  /** Digests to compute of what was written, and to keep beside it. */
  readonly digests?: readonly DigestName[]
  /** Checks the rules of the format and the platform. Throws `lint-failed`; returns what was found out, in words. */
  readonly lint?: (part: string) => Promise<readonly string[]>
  /** Texts that are kept beside the result, by the ending that is added to its name. */
  readonly report?: Report
}

export interface Packing {
  readonly packer: Packer
  readonly input: ConvertInput
  readonly info: ImageInfo
  /** Makes the folder for working copies. */
  readonly workFolder: () => Promise<string>
}

export interface Report {
  /** `.report.json` … */
  readonly endings: readonly string[]
  /** One text for each ending. */
  write(output: JobOutput & { readonly digests: Readonly<Partial<Record<DigestName, string>>> }, part: string): Promise<readonly string[]>
}

/** VMDK subformats whose descriptor names further files. */
const MULTI_FILE: ReadonlySet<string> = new Set(['monolithicFlat', 'twoGbMaxExtentSparse', 'twoGbMaxExtentFlat'])

export function isMultiFile(subformat: Subformat): boolean {
  return MULTI_FILE.has(subformat.id)
}

/** The subformat by name, the default one without. Throws `bad-input`. */
export function requireSubformat(format: DiskFormat, id: string | undefined): Subformat {
  const subformat = findSubformat(format, id)
  if (subformat) return subformat
  const known = FORMATS[format].subformats.map((row) => row.id).join(', ')
  throw new AppError('bad-input', { details: { reason: `${format} has no subformat ${id}; it has ${known}` } })
}

export function convertCommand(request: Pick<WriteRequest, 'node' | 'format' | 'subformat' | 'options'>, part: string): string[] {
  return buildConvertArgs({
    sourceDriver: request.node.driver,
    source: imageName(request.node),
    format: request.format,
    subformat: request.subformat.id,
    options: request.options,
    output: part,
    // `publish` syncs before the file gets its name; until then the processor compares while the disk writes.
    targetCache: 'unsafe',
  })
}

/** Files that stand beside a result: `NAME.sha256`, `NAME.report.txt` … */
export function sidecarNames(output: string, request: Pick<WriteRequest, 'digests' | 'report'>): string[] {
  return [...(request.digests ?? []).map((name) => `.${name}`), ...(request.report?.endings ?? [])].map((ending) => output + ending)
}
