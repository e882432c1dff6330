import type { Compression } from '#shared/archives/compression'
import type { ManifestLine } from '#shared/archives/manifest'
import type { SourceReport } from '#shared/jobs/convert-request'
import type { SniffResult } from '#shared/images/sniff-result'
import type { FileRange } from './packed-file.js'

/** A part of the packed file, and where it belongs in what is unpacked. */
export interface StoredPiece extends FileRange {
  readonly at: number
}

/** Where the bytes of a file in an archive are. */
export type MemberPlace =
  /** A file of its own; beside a bare OVF, or the image itself. */
  | { readonly kind: 'file'; readonly path: string }
  /** As they are, in one piece or several. */
  | { readonly kind: 'stored'; readonly pieces: readonly StoredPiece[]; readonly sizeBytes: number }
  /** In a part of `path` that has to be decompressed; in a tar in it where `tarMember` is given. */
  | {
      readonly kind: 'compressed'
      readonly path: string
      readonly compression: Compression
      readonly range: FileRange
      readonly tarMember: string | null
    }

export interface PackedDisk {
  /** Name in the archive; null where the file itself is the disk. */
  readonly member: string | null
  readonly place: MemberPlace
  /** By its first bytes; null where these say nothing. */
  readonly sniff: SniffResult | null
  readonly virtualBytes: number | null
  readonly packedBytes: number | null
  /** Further files that it consists of, by the plain names that it calls them. */
  readonly companions: readonly { readonly name: string; readonly place: MemberPlace }[]
}

/** A file that the manifest lists. */
export interface ListedFile extends ManifestLine {
  /** Null for one that is not there. */
  readonly path: string | null
  readonly ranges: readonly FileRange[]
}

/** What a file holds that may be packed. */
export interface PackedSource {
  /** Absolute path as the user gave it. */
  readonly path: string
  /** Real path. */
  readonly realPath: string
  readonly revision: string
  readonly fileBytes: number
  readonly kind: SourceReport['kind']
  readonly label: string
  readonly disks: readonly PackedDisk[]
  /** Whether all of it was looked into; a compressed archive is not. */
  readonly isComplete: boolean
  readonly manifest: readonly ListedFile[] | null
  readonly notes: readonly Note[]
}

export type Note = SourceReport['notes'][number]

export function warning(text: string): Note {
  return { severity: 'warning', text }
}

export function note(text: string): Note {
  return { severity: 'note', text }
}

/** `qcow2 v3`, `VMDK streamOptimized`, `raw disk with GPT`. */
export function labelOf(sniff: SniffResult): string {
  if (sniff.format === 'raw') return sniff.variant === '' ? 'raw disk' : `raw disk, ${sniff.variant}`
  return `${sniff.label} ${sniff.variant}`.trim()
}
