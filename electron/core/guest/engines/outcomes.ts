import { AppError, type AppErrorData, type ErrorCode } from '#shared/errors/app-error'
import type { EngineOperation, OperationOutcome } from '../engine.js'

/** Why an operation was not carried out, in the words that all engines use. */
export const REFUSALS = {
  missing: 'guest-file-not-found',
  exists: 'guest-file-exists',
  irregular: 'not-a-regular-file',
  'not-a-folder': 'edit-conflict',
  'not-empty': 'edit-conflict',
  unsupported: 'edit-conflict',
  changed: 'image-changed',
  full: 'guest-filesystem-full',
  'read-only': 'filesystem-read-only',
  unreadable: 'filesystem-unreadable',
  'no-partition': 'partition-not-found',
  damaged: 'resize-refused',
  'no-room': 'resize-refused',
  failed: 'edit-not-written',
} as const satisfies Record<string, ErrorCode>
export type Refusal = keyof typeof REFUSALS

/** What `edit-conflict` does not say by itself. */
const REASONS: Partial<Record<Refusal, string>> = {
  'not-a-folder': 'A part of its path is not a folder',
  'not-empty': 'The folder is not empty',
  unsupported: 'Its file system cannot hold that',
  damaged: 'The file system is damaged',
  'no-room': 'There is not enough room',
}

export function isRefusal(word: string): word is Refusal {
  return Object.hasOwn(REFUSALS, word)
}

export interface RefusalFacts {
  readonly neededBytes?: number
  readonly freeBytes?: number
  readonly reason?: string
  readonly toolOutput?: string
}

/** Ends an operation that is not carried out; never leaves an engine. */
export class Refused extends Error {
  constructor(
    readonly refusal: Refusal,
    readonly facts: RefusalFacts = {},
  ) {
    super(refusal)
  }
}

export function refused(operation: EngineOperation, refusal: Refusal, facts: RefusalFacts = {}): OperationOutcome {
  const reason = facts.reason ?? REASONS[refusal]
  const details = {
    ...subject(operation, refusal),
    ...('partition' in operation ? { partition: operation.partition } : {}),
    ...(refusal === 'full' && facts.neededBytes !== undefined ? { neededBytes: facts.neededBytes } : {}),
    ...(refusal === 'full' && facts.freeBytes !== undefined ? { freeBytes: facts.freeBytes } : {}),
    ...(reason ? { reason } : {}),
  }
  const error: AppErrorData = new AppError(REFUSALS[refusal], { details, toolOutput: facts.toolOutput || undefined }).data
  return { ok: false, error }
}

function subject(operation: EngineOperation, refusal: Refusal): Readonly<Record<string, string>> {
  if (operation.kind === 'move-backup-gpt') return { file: 'The partition table' }
  if (!('path' in operation)) return { file: `Partition ${operation.partition}` }
  return { path: operation.kind === 'rename' && refusal === 'exists' ? operation.to : operation.path }
}

export const JOURNAL_REPLAYED = 'The file system had not been unmounted cleanly; its journal was replayed before writing'

export function replayedNote(partition: number): string {
  return partition === 0
    ? `${JOURNAL_REPLAYED}.`
    : `Partition ${partition}: ${JOURNAL_REPLAYED.charAt(0).toLowerCase()}${JOURNAL_REPLAYED.slice(1)}.`
}
