import { toAppError } from '#shared/errors/app-error'
import type { UploadRun } from '../cloud-provider.js'
import { retry } from '../transfer/retry.js'
import { SignInGate } from '../transfer/sign-in-gate.js'
import { awsFailure } from './aws-failure.js'
import type { AwsSession } from './aws-session.js'

export interface Question {
  /** For people: `Amazon EC2`. */
  readonly service: string
  /** As in `This account may not …`. */
  readonly what: string
  readonly field?: string
  /** Told of what a retry is made for. */
  readonly onTrouble?: () => void
}

/** Asks AWS: again where that may help, and again after the user has signed in anew. */
export type AskAws = <T>(question: Question, send: () => Promise<T>) => Promise<T>

export function askAws(run: UploadRun, session: AwsSession): AskAws {
  const gate = new SignInGate(async (error) => {
    run.phase('needs sign-in')
    await run.signInNeeded(error)
    session.credentials.forget()
  })
  return (question, send) =>
    gate.through(() =>
      retry(() => once(session, run.signal, question, send), {
        signal: run.signal,
        onRetry: (error, attempt, delayMs) => {
          question.onTrouble?.()
          run.log(`${question.service}: ${error.code}, try ${attempt + 1} in ${Math.round(delayMs / 1000)} s`)
        },
      }),
    )
}

/** One request, without a further try. */
export async function once<T>(
  session: AwsSession,
  signal: AbortSignal | undefined,
  question: Question,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send()
  } catch (thrown) {
    const error = toAppError(awsFailure(thrown, { ...question, profile: session.profile, signal }))
    if (error.code === 'sign-in-expired') session.credentials.forget()
    throw error
  }
}
