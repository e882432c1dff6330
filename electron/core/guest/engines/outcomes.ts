import { AppError, type AppErrorData, type ErrorCode } from '#shared/errors/app-error'
import type { EngineOperation, OperationOutcome } from '../engine.js'

/** Why an operation was not carried out, in the words both engines use. */
export const REFUSALS = {
  missing: 'guest-file-not-found',
  irregular: 'not-a-regular-file',
  changed: 'image-changed',
  full: 'guest-filesystem-full',
  'read-only': 'filesystem-read-only',
  unreadable: 'filesystem-unreadable',
  'no-partition': 'partition-not-found',
  failed: 'edit-not-written',
} as const satisfies Record<string, ErrorCode>
export type Refusal = keyof typeof REFUSALS

export function isRefusal(word: string): word is Refusal {
  return Object.hasOwn(REFUSALS, word)
}

export interface RefusalFacts {
  readonly neededBytes?: number
  readonly freeBytes?: number
  readonly reason?: string
  readonly toolOutput?: string
}

export function refused(operation: EngineOperation, refusal: Refusal, facts: RefusalFacts = {}): OperationOutcome {
  const details = {
    path: operation.path,
    partition: operation.partition,
    ...(refusal === 'full' && facts.neededBytes !== undefined ? { neededBytes: facts.neededBytes } : {}),
    ...(refusal === 'full' && facts.freeBytes !== undefined ? { freeBytes: facts.freeBytes } : {}),
    ...(facts.reason ? { reason: facts.reason } : {}),
  }
  const error: AppErrorData = new AppError(REFUSALS[refusal], { details, toolOutput: facts.toolOutput || undefined }).data
  return { ok: false, error }
}

export const JOURNAL_REPLAYED = 'The file system had not been unmounted cleanly; its journal was replayed before writing'

export function replayedNote(partition: number): string {
  return partition === 0
    ? `${JOURNAL_REPLAYED}.`
    : `Partition ${partition}: ${JOURNAL_REPLAYED.charAt(0).toLowerCase()}${JOURNAL_REPLAYED.slice(1)}.`
}
