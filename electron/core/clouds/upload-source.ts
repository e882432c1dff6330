import type { DiskExtent } from '../guest/raw-disk.js'

/** The content of a disk with its staged edits, read where it is. */
export interface DiskContent {
  readonly virtualBytes: number
  /** In order, without gaps, over the whole disk. What is `zero` need not be read. */
  readonly extents: readonly DiskExtent[]
  read(offset: number, length: number): Promise<Buffer>
}

/** A file that stays as it is until the upload has ended, also over a break. */
export interface PayloadFile {
  /** Absolute path. */
  readonly path: string
  readonly bytes: number
  /** Tells it from a file that was changed since: path, length, inode, time of change and digest of its ends. */
  readonly identity: string
}

/** What is sent, made ready. Both throw `image-changed` when the source is not what it was when the upload began. */
export interface UploadSource {
  /** For a payload `source` or `artifact`. Made once; after a break the file that was made before is found again. */
  file(): Promise<PayloadFile>
  /** For a payload `disk`. Open as long as `work` runs. */
  disk<T>(work: (disk: DiskContent) => Promise<T>): Promise<T>
  /** Another file that a field of the kind `file` names, such as a kernel; the same promise of sameness. */
  other(path: string): Promise<PayloadFile>
}
