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
 * Replaces the content of a file that is there. It is written in place: same inode, so mode, owner, extended attributes and
 * hard links stay. Symbolic links are followed within the partition.
 */
export interface RewriteFile {
  readonly kind: 'rewrite-file'
  /** As in the partition table; 0 is the whole disk. */
  readonly partition: number
  /** The kernel's name of the file system: `vfat`, `ext4`, `xfs`, `btrfs` … Never guessed by the engine. */
  readonly filesystem: string
  /** Absolute within the partition. */
  readonly path: string
  /** SHA-256, lower-case hex, of the content that the edit was made for. */
  readonly expectedSha256: string
  readonly content: Uint8Array
  readonly mtime: 'now' | 'keep'
}

export type EngineOperation = RewriteFile

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
  if (problem) throw new AppError('bad-input', { details: { path: operation.path, reason: problem } })
}

function operationProblem(operation: EngineOperation): string | undefined {
  if (!Number.isInteger(operation.partition) || operation.partition < 0 || operation.partition > 255)
    return 'the partition number is not one of a partition table'
  if (!/^[a-z0-9]{2,16}$/.test(operation.filesystem)) return 'the file system type is not one of a Linux kernel'
  if (!operation.path.startsWith('/') || operation.path.includes('\0')) return 'the path is not absolute or holds a NUL character'
  if (!/^[0-9a-f]{64}$/.test(operation.expectedSha256)) return 'the expected content is not a SHA-256'
  return undefined
}
