import { AppError, type AppErrorData } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import type { EngineId } from '#shared/jobs/job-requests'
import type { Host } from '../process/host.js'

/** The disk that an engine writes: always a throw-away overlay or a file that is being built, never the user's original. */
export interface EngineDisk {
  /** Absolute paths, formats and backing files named explicitly; the top file is the only one that is written. */
  readonly node: BlockNode
  /** Every further file that the node opens: backing files and their extents. */
  readonly readFiles: readonly string[]
}

/**
 * Bytes to be written: in memory, or those of a file of this machine, which is never held in memory as a whole. `sha256` is what it was
 * when the edit was made.
 */
export type EngineContent = Uint8Array | { readonly hostFile: string; readonly sha256?: string }

/** A place in a file system of the disk. */
interface Place {
  /** As in the partition table; 0 is the whole disk. */
  readonly partition: number
  /** The kernel's name of the file system: `vfat`, `ext4`, `xfs`, `btrfs` … Never guessed by the engine. */
  readonly filesystem: string
  /** Absolute within the partition. */
  readonly path: string
}

/** What a new file or folder belongs to. `selinux` null takes the label of the folder it is made in, where that has one. FAT keeps none of it. */
export interface Attributes {
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly selinux: string | null
}

/**
 * Replaces the content of a file that is there. It is written in place: same inode, so mode, owner, extended attributes and
 * hard links stay. Symbolic links are followed within the partition.
 */
export interface RewriteFile extends Place {
  readonly kind: 'rewrite-file'
  /** SHA-256, lower-case hex, of the content that the edit was made for; null takes whatever is there. */
  readonly expectedSha256: string | null
  readonly content: EngineContent
  readonly mtime: 'now' | 'keep'
}

/** Makes a file that is not there (`guest-file-exists` otherwise). Its folder has to be; links in the folder's path are followed. */
export interface CreateFile extends Place, Attributes {
  readonly kind: 'create-file'
  readonly content: EngineContent
}

/** Makes a folder that is not there, in one that is. */
export interface MakeFolder extends Place, Attributes {
  readonly kind: 'make-folder'
}

/** Makes a symbolic link that is not there. `target` is kept as it is and never followed. */
export interface MakeLink extends Place {
  readonly kind: 'make-link'
  readonly target: string
}

/** Removes a file, a link (never what it points at), or with `recursive` a folder and all in it. */
export interface RemoveFile extends Place {
  readonly kind: 'remove'
  readonly recursive: boolean
}

/** Gives a file, link or folder another name in the same file system; refuses where `to` exists. */
export interface RenameFile extends Place {
  readonly kind: 'rename'
  /** Absolute within the partition. */
  readonly to: string
}

/** Changes the mode and the owner of what is there; null leaves one as it is. Links are followed within the partition. */
export interface SetAttributes extends Place {
  readonly kind: 'set-attributes'
  readonly mode: number | null
  readonly uid: number | null
  readonly gid: number | null
}

/** Gives an unmounted file system another UUID: xfs_admin(8), tune2fs(8), `mlabel`/fatlabel(8) (eight hex digits), btrfstune(8). */
export interface SetFilesystemUuid {
  readonly kind: 'set-filesystem-uuid'
  readonly partition: number
  readonly filesystem: string
  readonly uuid: string
}

/** Changes the type of a partition: GPT type GUID, or two hex digits for MBR. */
export interface SetPartitionType {
  readonly kind: 'set-partition-type'
  readonly partition: number
  readonly type: string
}

/** Writes the backup GPT where it belongs, at the end of the disk. sgdisk(8) `-e`. */
export interface MoveBackupGpt {
  readonly kind: 'move-backup-gpt'
}

/** Moves the end of a partition. One that grows needs the room behind it; what is in one that shrinks has to be smaller already. */
export interface ResizePartition {
  readonly kind: 'resize-partition'
  readonly partition: number
  readonly startBytes: number
  readonly sizeBytes: number
  /** What it has before: another size is refused. */
  readonly fromBytes: number
}

/** Makes a file system as large as its partition: resize2fs(8), xfs_growfs(8), btrfs-filesystem(8), and mkswap(8) with its old UUID. */
export interface GrowFilesystem {
  readonly kind: 'grow-filesystem'
  readonly partition: number
  /** `ext2` to `ext4`, `xfs`, `btrfs`, `swap`. */
  readonly filesystem: string
}

/** Makes an ext or btrfs file system smaller; it keeps all of its files. */
export interface ShrinkFilesystem {
  readonly kind: 'shrink-filesystem'
  readonly partition: number
  readonly filesystem: string
  /** A multiple of 1024. */
  readonly bytes: number
}

export type FileOperation = RewriteFile | CreateFile | MakeFolder | MakeLink | RemoveFile | RenameFile | SetAttributes
/** Carried out after all file operations, in their order in the list, when nothing is mounted. */
export type DiskOperation = SetFilesystemUuid | SetPartitionType | MoveBackupGpt | ResizePartition | GrowFilesystem | ShrinkFilesystem
export type EngineOperation = FileOperation | DiskOperation

export interface EngineRequest {
  readonly disk: EngineDisk
  readonly operations: readonly EngineOperation[]
  /** An existing private folder; the engine leaves nothing in it. */
  readonly workDir: string
}

export type OperationOutcome = { readonly ok: true } | { readonly ok: false; readonly error: AppErrorData }

/** What an engine did. It exists only when every file system was unmounted and the engine ended with success. */
export interface EngineRun {
  readonly engine: EngineId
  /** One for each operation, in their order. */
  readonly outcomes: readonly OperationOutcome[]
  /** Things worth telling, such as a journal that was replayed. */
  readonly notes: readonly string[]
  readonly durationMs: number
}

export interface EngineProbe {
  readonly usable: boolean
  /** One sentence for people. */
  readonly reason: string
}

/** One way to write inside an image through a real Linux kernel. */
export interface Engine {
  readonly id: EngineId
  readonly title: string
  /** One sentence that has to be said before it is used. An engine that has one is never picked by itself. */
  readonly caution?: string
  probe(host: Host): Promise<EngineProbe>
  /**
   * Applies all operations in one go; one that fails does not keep the others from being tried.
   *
   * @throws AppError `engine-failed`, `tool-missing`, `tool-timeout`, `cancelled`: then nothing on the disk can be relied on.
   */
  run(host: Host, request: EngineRequest): Promise<EngineRun>
}

/** Runs an engine and throws the first operation's error, if there is one: an overlay with a failed edit is of no use. */
export async function applyOperations(engine: Engine, host: Host, request: EngineRequest): Promise<EngineRun> {
  const run = await engine.run(host, request)
  for (const outcome of run.outcomes) {
    if (!outcome.ok) throw AppError.fromData(outcome.error)
  }
  return run
}

/** @throws AppError `bad-input` for an operation that no engine can carry out. */
export function checkOperation(operation: EngineOperation): void {
  const problem = operationProblem(operation)
  const path = 'path' in operation ? { path: operation.path } : {}
  if (problem) throw new AppError('bad-input', { details: { ...path, reason: problem } })
}

function operationProblem(operation: EngineOperation): string | undefined {
  if (operation.kind === 'move-backup-gpt') return undefined
  if (!Number.isInteger(operation.partition) || operation.partition < 0 || operation.partition > 255)
    return 'the partition number is not one of a partition table'
  if (operation.kind === 'set-partition-type')
    return /^([0-9a-f]{1,2}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(operation.type) ? undefined : 'the partition type is none'
  if (operation.kind === 'resize-partition')
    return [operation.startBytes, operation.sizeBytes, operation.fromBytes].every((bytes) => isSize(bytes, 512))
      ? undefined
      : 'the partition does not begin and end at a sector'
  if (!/^[a-z0-9]{2,16}$/.test(operation.filesystem)) return 'the file system type is not one of a Linux kernel'
  if (operation.kind === 'set-filesystem-uuid') return uuidProblem(operation)
  if (operation.kind === 'grow-filesystem') return undefined
  if (operation.kind === 'shrink-filesystem') return isSize(operation.bytes, 1024) ? undefined : 'the new size is no multiple of 1024 bytes'
  const paths = operation.kind === 'rename' ? [operation.path, operation.to] : [operation.path]
  if (paths.some((path) => !path.startsWith('/') || path.includes('\0'))) return 'the path is not absolute or holds a NUL character'
  if (paths.some((path) => path.split('/').some((name) => new TextEncoder().encode(name).length > 255)))
    return 'a name is longer than 255 bytes'
  if (operation.kind === 'make-link' && (operation.target === '' || operation.target.includes('\0'))) return 'the link points nowhere'
  if (operation.kind === 'rewrite-file' && operation.expectedSha256 !== null && !/^[0-9a-f]{64}$/.test(operation.expectedSha256))
    return 'the expected content is not a SHA-256'
  if (operation.kind !== 'rewrite-file' && paths.some((path) => /^\/*$/.test(path) || /(^|\/)\.{1,2}(\/|$)/.test(path)))
    return 'the path is the root, or goes through . or ..'
  return undefined
}

function isSize(bytes: number, unit: number): boolean {
  return Number.isSafeInteger(bytes) && bytes > 0 && bytes % unit === 0
}

function uuidProblem({ filesystem, uuid }: SetFilesystemUuid): string | undefined {
  const pattern = filesystem === 'vfat' ? /^[0-9A-F]{8}$/ : /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
  return pattern.test(uuid) ? undefined : 'the UUID is none for this file system'
}
