import type { BlockNode } from '#shared/images/block-node'
import type { ImageInfo } from '#shared/images/image-info'
import type { ConvertInput, DigestName } from '#shared/jobs/convert-request'
import type { JobContext, StepProgress } from '../job-context.js'

/** What is packed: a disk image, or an overlay with staged edits. */
export interface PackSource {
  readonly node: BlockNode
  /** Real paths of all files that `node` opens. */
  readonly files: readonly string[]
  readonly virtualBytes: number
  /** What is known of the image, as it is with its edits. */
  readonly info: ImageInfo
}

export interface PackRequest {
  readonly ctx: JobContext
  readonly source: PackSource
  readonly input: ConvertInput
  /** Path of the part file: it is there, empty, and this process's to write. Its name is not the final one. */
  readonly part: string
  /** Final file name, without a folder: names inside the package follow it. */
  readonly name: string
  /** A private folder for working copies, on the file system of the part file. It is removed afterwards. */
  readonly workDir: string
  /** Bytes of the disk that were dealt with, of all. */
  readonly progress: StepProgress
}

export interface Packed {
  /** The disk where it lies in the part file, to be compared with the source; null where only unpacking shows it: `compare` does that. */
  readonly disk: BlockNode | null
  /** Unpacks, and compares with the source. True when the content is the same. */
  readonly compare?: (progress: StepProgress) => Promise<boolean>
  /** Digests of the part file as a whole, lower-case hex, that were computed while it was written. */
  readonly digests: Readonly<Partial<Record<DigestName, string>>>
  /** What was made sure of, in words that stay true. */
  readonly proofs: readonly string[]
}

/**
 * Writes a disk in its package, in one pass where the format allows, with memory that does not depend on the size. Does not sync and does not rename.
 * Stops when `ctx.signal` does. Throws `no-space`, `cancelled` …
 */
export type Packer = (request: PackRequest) => Promise<Packed>
