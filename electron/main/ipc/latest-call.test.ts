import { expect, test } from 'vitest'
import { latestOnly } from './latest-call.js'

test('a new question stops the one before, which is answered to nobody', async () => {
  const signals: AbortSignal[] = []
  const answers: ((text: string) => void)[] = []
  const ask = latestOnly<number, string>((_input, signal) => {
    signals.push(signal)
    return new Promise((resolve) => answers.push(resolve))
  })
  const first = ask(1)
  const second = ask(2)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  answers[0]?.('of the first')
  answers[1]?.('of the second')
  await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  expect(await second).toBe('of the second')
})

test('what has ended is not stopped, and a failure stays what it is', async () => {
  const ask = latestOnly<number, number>(async (input) => {
    if (input < 0) throw new RangeError('below zero')
    return input
  })
  expect(await ask(1)).toBe(1)
  await expect(ask(-1)).rejects.toThrow(RangeError)
  expect(await ask(2)).toBe(2)
})
