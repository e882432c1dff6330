import { expect, test } from 'vitest'
import { createSlots } from './slots.js'

const open = new AbortController().signal

test('who asks while a slot changes hands waits its turn', async () => {
  const slots = createSlots(1)
  const first = await slots.take(open)
  const order: string[] = []
  const second = slots.take(open).then((release) => {
    order.push('second')
    return release
  })
  first()
  const third = slots.take(open).then((release) => {
    order.push('third')
    return release
  })
  const releaseSecond = await second
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(order).toEqual(['second'])
  releaseSecond()
  releaseSecond()
  const releaseThird = await third
  expect(order).toEqual(['second', 'third'])
  releaseThird()
  await slots.take(open)
})

test('who stopped waiting takes no slot with it', async () => {
  const slots = createSlots(1)
  const release = await slots.take(open)
  const controller = new AbortController()
  const waiting = slots.take(controller.signal)
  controller.abort()
  await expect(waiting).rejects.toThrow('cancelled')
  release()
  await expect(slots.take(open)).resolves.toBeTypeOf('function')
})
