import { AppError } from '#shared/errors/app-error'
import type { EngineId } from '#shared/jobs/job-requests'
import type { EngineOperation, OperationOutcome } from '../engine.js'
import { isRefusal, refused, replayedNote } from './outcomes.js'

/**
 * Turns the records of `guestSteps` into one outcome for each operation. `console` is what the guest's kernel said.
 *
 * @throws AppError `engine-failed` when an operation has no record or a file system was not unmounted
 */
export function readReport(
  records: readonly string[],
  operations: readonly EngineOperation[],
  console: string,
  engine: EngineId,
): { outcomes: OperationOutcome[]; notes: string[] } {
  const failed = (reason: string): AppError => new AppError('engine-failed', { details: { engine, reason }, toolOutput: console })
  const stuck = records.find((record) => record.startsWith('stuck '))
  if (stuck) throw failed(`partition ${stuck.slice('stuck '.length)} could not be unmounted`)
  const count = (word: string): number => records.filter((record) => record.startsWith(word)).length
  if (count('mounted ') !== count('unmounted ')) throw failed('a file system was not unmounted')
  const outcomes = operations.map((operation, index) => {
    const prefix = `${index + 1} `
    const record = records.find((line) => line.startsWith(prefix))
    if (record === undefined) throw failed(`operation ${index + 1} left no record`)
    return readOutcome(record.slice(prefix.length), operation, console)
  })
  const notes = records.flatMap((record) => {
    const match = /^mounted (\d+) replayed$/.exec(record)
    return match ? [replayedNote(Number(match[1]))] : []
  })
  return { outcomes, notes: [...new Set(notes)] }
}

function readOutcome(record: string, operation: EngineOperation, console: string): OperationOutcome {
  if (record === 'ok') return { ok: true }
  const match = /^error (\S+) (-?\d+) (-?\d+) ?(.*)$/.exec(record)
  const word = match?.[1] ?? ''
  if (!match || !isRefusal(word)) return refused(operation, 'failed', { reason: `unknown record: ${record}`, toolOutput: console })
  return refused(operation, word, {
    neededBytes: Number(match[2]),
    freeBytes: Number(match[3]),
    ...(match[4] ? { reason: match[4] } : {}),
    ...(word === 'unreadable' || word === 'read-only' || word === 'failed' ? { toolOutput: console } : {}),
  })
}
