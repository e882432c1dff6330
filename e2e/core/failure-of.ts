import { AppError } from '#shared/errors/app-error'

/** The AppError that `work` ends with; a test that expects one fails when there is none. */
export async function failureOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('it did not fail')
}
