import { expect, test } from 'vitest'
import type { JobContext } from './job-context.js'
import { nestSteps } from './nested-steps.js'

function nested(): { ctx: JobContext; told: number[] } {
  const told: number[] = []
  const outer = { pausePoint: async () => {} } as unknown as JobContext
  const progress = { fraction: (value: number) => void told.push(value), bytes: () => {} }
  return {
    told,
    ctx: nestSteps(outer, progress, [
      { id: 'read', weight: 1 },
      { id: 'write', weight: 3 },
    ]),
  }
}

test('what steps inside of a step tell is a share of it, and never goes back', async () => {
  const { ctx, told } = nested()
  await ctx.step('read', async (progress) => progress.fraction(0.5))
  const result = await ctx.step('write', async (progress) => {
    progress.bytes(50, 100)
    progress.bytes(10, 100)
    progress.bytes(0, 0)
    return 'made'
  })
  expect(result).toBe('made')
  expect(told).toEqual([0.125, 0.25, 0.625, 0.625, 1])
})

test('what is not needed counts as done; only what was declared is there', () => {
  const { ctx, told } = nested()
  ctx.skip('read')
  expect(told).toEqual([0.25])
  expect(ctx.declares('write')).toBe(true)
  expect(ctx.declares('other')).toBe(false)
})

test('a step that fails is not done', async () => {
  const { ctx, told } = nested()
  await expect(ctx.step('read', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(told).toEqual([])
})
