import { expect, test } from 'vitest'
import { inOrder } from './in-order.js'

/** A promise that is resolved from outside. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

test('results come in the order of the items, whatever finishes first, and no more than the width is under way', async () => {
  const gates = Array.from({ length: 6 }, gate)
  const started: number[] = []
  const got: number[] = []
  const all = inOrder(
    gates.keys(),
    3,
    async (item) => {
      started.push(item)
      await gates[item]?.passed
      return item
    },
    async (result) => void got.push(result),
  )
  expect(started).toEqual([0, 1, 2])
  for (const later of gates.slice(1)) later.open()
  await Promise.resolve()
  expect([started, got]).toEqual([[0, 1, 2], []])
  gates[0]?.open()
  await all
  expect(got).toEqual([0, 1, 2, 3, 4, 5])
})

test('the first failure in order ends it, after what is under way', async () => {
  const slow = gate()
  let ended = false
  const all = inOrder(
    [0, 1, 2, 3],
    3,
    async (item) => {
      if (item === 0) throw new Error('first')
      if (item === 1) throw new Error('second')
      await slow.passed
      ended = true
    },
    async () => {},
  )
  slow.open()
  await expect(all).rejects.toThrow('first')
  expect(ended).toBe(true)
})
