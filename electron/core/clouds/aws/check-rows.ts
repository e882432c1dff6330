import type { FieldValues } from '#shared/clouds/field'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { CheckRow } from '#shared/clouds/upload-plan'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { Question } from './ask-aws.js'
import type { AwsSession } from './aws-session.js'

export interface PreflightWork {
  readonly session: AwsSession
  readonly values: FieldValues
  readonly facts: SourceFacts
  readonly send: <T>(question: Question, work: () => Promise<T>) => Promise<T>
}

/** What fails is a row too; only `cancelled` is thrown. */
export async function tried(code: string, title: string, check: () => Promise<readonly CheckRow[]>): Promise<readonly CheckRow[]> {
  try {
    return await check()
  } catch (thrown) {
    return [failedRow(code, title, thrown)]
  }
}

export function failedRow(code: string, title: string, thrown: unknown): CheckRow {
  const error = toAppError(thrown)
  if (error.code === 'cancelled') throw error
  const { title: what, detail } = describeError(error.data)
  const { field } = error.data.details
  return { code, title, state: 'error', found: `${what}. ${detail}`, ...(typeof field === 'string' ? { field } : {}) }
}

/** A request that is checked and not done: what may be done answers `DryRunOperation`. */
export async function dryRun({ send }: PreflightWork, what: string, work: () => Promise<unknown>): Promise<CheckRow> {
  const row = { code: 'permission', title: 'Permission' }
  try {
    await send({ service: 'Amazon EC2', what }, work)
  } catch (thrown) {
    const error = toAppError(thrown)
    const name = String(error.data.details.name ?? '')
    const isAllowed = name === 'DryRunOperation' || error.code === 'cloud-not-found'
    if (!isAllowed) return { ...failedRow('permission', 'Permission', error) }
  }
  return { ...row, state: 'ok', found: `May ${what}` }
}
