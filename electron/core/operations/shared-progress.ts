import type { StepProgress } from './job-context.js'

/**
 * Tells what works of one step that go on at the same time have done together, each for as many bytes as it has to deal with: the step is at
 * its end when the last one is.
 */
export function shareProgress(progress: StepProgress, parts: readonly number[]): StepProgress[] {
  const total = parts.reduce((sum, bytes) => sum + bytes, 0)
  const done = parts.map(() => 0)
  return parts.map((bytes, index) => {
    const fraction = (value: number): void => {
      done[index] = Math.min(1, Math.max(0, value)) * bytes
      if (total > 0)
        progress.bytes(
          done.reduce((sum, each) => sum + each, 0),
          total,
        )
    }
    return { fraction, bytes: (some, all) => fraction(all > 0 ? some / all : 1) }
  })
}

/** Of work that no step of the job stands for. */
export const NO_PROGRESS: StepProgress = { fraction: () => {}, bytes: () => {} }
