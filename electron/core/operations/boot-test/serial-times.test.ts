import { expect, test } from 'vitest'
import { SerialTimes, timesWithin } from './serial-times.js'

test('what comes at nearly the same time is one mark; a long console has fewer of them', () => {
  const times = new SerialTimes()
  times.mark(0, 1)
  times.mark(10, 1.001)
  times.mark(20, 1.02)
  expect(times.all()).toEqual([
    [0, 1],
    [20, 1.02],
  ])
  for (let second = 2; second < 40_000; second += 1) times.mark(second * 100, second)
  expect(times.all().length).toBeLessThanOrEqual(8192)
  expect(times.all()[0]).toEqual([0, 1])
})

test('a piece begins with the time of what it goes on with', () => {
  const marks = [
    [0, 1],
    [10, 2],
    [20, 3],
  ] as const
  expect(timesWithin(marks, 15, 21)).toEqual([
    [0, 2],
    [5, 3],
  ])
  expect(timesWithin(marks, 20, 30)).toEqual([[0, 3]])
  expect(timesWithin([], 0, 9)).toEqual([])
})
