import type { JobContext, StepProgress } from './job-context.js'

export interface NestedStep {
  readonly id: string
  /** Share of the step that it is a part of. */
  readonly weight: number
}

/** The same job, whose steps are parts of one of its own: what they tell moves that one on. */
export function nestSteps(ctx: JobContext, progress: StepProgress, steps: readonly NestedStep[]): JobContext {
  const total = steps.reduce((sum, { weight }) => sum + weight, 0)
  const done = new Map<string, number>()

  function advance(id: string, fraction: number): void {
    if (!Number.isFinite(fraction)) return
    done.set(id, Math.min(1, Math.max(done.get(id) ?? 0, fraction)))
    progress.fraction(steps.reduce((sum, step) => sum + step.weight * (done.get(step.id) ?? 0), 0) / total)
  }

  return {
    ...ctx,
    declares: (id) => steps.some((step) => step.id === id),
    skip: (id) => advance(id, 1),
    async step(id, work) {
      await ctx.pausePoint()
      const result = await work({ fraction: (value) => advance(id, value), bytes: (bytes, all) => advance(id, bytes / all) })
      advance(id, 1)
      return result
    },
  }
}
