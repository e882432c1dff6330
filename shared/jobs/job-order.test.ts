import { expect, test } from 'vitest'
import type { Job } from './job.js'
import { sampleJob } from './testing/sample-job.js'
import { byPosition, byPositionLastFirst, movedPositions, positionOf } from './job-order.js'

const job = (id: string, position?: number): Job =>
  sampleJob({ id, createdAt: '1970-01-01T00:00:00.500Z', ...(position === undefined ? {} : { position }) })
const queue = [job('c', 30), job('a', 10), job('d', 40), job('b', 20)]

function order(moved: Map<string, number>): string {
  const jobs = queue.map((entry) => ({ ...entry, position: moved.get(entry.id) ?? positionOf(entry) }))
  expect(new Set(jobs.map((entry) => entry.position))).toEqual(new Set([10, 20, 30, 40]))
  return jobs
    .sort(byPosition)
    .map(({ id }) => id)
    .join('')
}

test('a record of before stands where it was made', () => {
  expect(positionOf(job('old'))).toBe(500)
  expect([job('z', 1), job('y', 1), job('x', 0)].sort(byPosition).map(({ id }) => id)).toEqual(['x', 'y', 'z'])
  expect([job('x', 0), job('y', 1)].sort(byPositionLastFirst).map(({ id }) => id)).toEqual(['y', 'x'])
})

test('a move keeps the places and changes who stands on them', () => {
  expect(order(movedPositions(queue, 'd', 'a'))).toBe('dabc')
  expect(order(movedPositions(queue, 'a', 'd'))).toBe('bcad')
  expect(order(movedPositions(queue, 'a', null))).toBe('bcda')
  expect(movedPositions(queue, 'c', 'b')).toEqual(
    new Map([
      ['c', 20],
      ['b', 30],
    ]),
  )
})

test('what is no move changes nothing', () => {
  expect(movedPositions(queue, 'a', 'b').size).toBe(0)
  expect(movedPositions(queue, 'd', null).size).toBe(0)
  expect(movedPositions(queue, 'x', 'a').size).toBe(0)
  expect(movedPositions(queue, 'a', 'x').size).toBe(0)
  expect(movedPositions(queue, 'a', 'a').size).toBe(0)
})
