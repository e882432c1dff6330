import type { AppErrorData } from '#shared/errors/app-error-data'
import { toAppError } from '#shared/errors/app-error'

/**
 * Parts that are on their way together find out together that a sign-in has ended: the user is asked once, all of them wait, and each goes on
 * with what it was doing. One per upload.
 */
export class SignInGate {
  private asking: Promise<void> | null = null
  private answers = 0

  /** @param ask resolves when the user has signed in again */
  constructor(private readonly ask: (error: AppErrorData) => Promise<void>) {}

  /** Does `work`, and does it again after each `sign-in-expired`. Throws what `work` throws else, and what `ask` throws. */
  async through<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.asking
      const before = this.answers
      try {
        return await work()
      } catch (thrown) {
        const error = toAppError(thrown)
        if (error.code !== 'sign-in-expired') throw thrown
        // Whoever began before somebody signed in only tries again.
        if (before === this.answers) await (this.asking ??= this.once(error.data))
      }
    }
  }

  private async once(error: AppErrorData): Promise<void> {
    try {
      await this.ask(error)
      this.answers++
    } finally {
      this.asking = null
    }
  }
}
