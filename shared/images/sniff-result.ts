import type { ErrorCode } from '../errors/app-error.js'
import type { ImageFormat } from './formats.js'

/** A problem found in a header, ready to become an `AppError`. */
export interface SniffProblem {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string | number>>
}

/** One extent line of a VMDK descriptor. */
export interface VmdkExtent {
  readonly access: string
  readonly bytes: number
  /** `FLAT`, `SPARSE`, `ZERO`, `VMFS` … */
  readonly type: string
  /** Name as given; null for a `ZERO` extent. */
  readonly file: string | null
}

/** What the first 64 KiB and the last 512 bytes of a file say. Nothing named in it was opened. */
export interface SniffResult {
  /** Null for what Diskwright does not open. */
  readonly format: ImageFormat | null
  /** qemu's name of the block driver, for `-f`; null without a format. */
  readonly driver: string | null
  /** What the file is, in words: `qcow2`, `a gzip archive`. */
  readonly label: string
  /** `v3, zlib`, `streamOptimized`, `fixed`, `GPT` … or an empty text. */
  readonly variant: string
  /** Bytes the guest sees; null where the header does not say or says nonsense. */
  readonly virtualBytes: number | null
  readonly backingFile: string | null
  /** Format that the header gives for the backing file; null when it does not. */
  readonly backingFormat: string | null
  /** External data file of a qcow2; an empty text when one is demanded without a name. */
  readonly dataFile: string | null
  readonly encrypted: boolean
  /** Count of internal snapshots. */
  readonly snapshots: number
  /** Not closed cleanly: a dirty qcow2, a VHDX whose log is not replayed. */
  readonly unclean: boolean
  readonly extents: readonly VmdkExtent[]
  /** Other things that the same bytes could be taken for; more than none means the user must be asked. */
  readonly alsoLooksLike: readonly string[]
  /** Why the file must not be opened as it is. */
  readonly problems: readonly SniffProblem[]
}

/** What one header reader found; the rest of `SniffResult` has defaults. */
export type HeaderFacts = { readonly label: string; readonly format: ImageFormat | null } & Partial<
  Omit<SniffResult, 'label' | 'format' | 'driver'>
>

export function damaged(reason: string): SniffProblem {
  return { code: 'image-damaged', details: { reason } }
}

export function unsupported(feature: string, reason: string, next?: string): SniffProblem {
  return { code: 'image-unsupported', details: { feature, reason, ...(next === undefined ? {} : { next }) } }
}

export function packed(feature: string, reason: string): SniffProblem {
  return { code: 'image-packed', details: { feature, reason } }
}

export function refusedReference(reference: string, kind: string): SniffProblem {
  return { code: 'reference-refused', details: { reference, kind } }
}
