import { expect, test } from 'vitest'
import { shareProgress } from './shared-progress.js'

test('what two works have done is told together, and the step ends with the last of them', () => {
  const told: [number, number][] = []
  const [compare, digest] = shareProgress({ fraction: () => {}, bytes: (done, total) => void told.push([done, total]) }, [100, 300])
  compare?.bytes(50, 100)
  digest?.fraction(0.5)
  compare?.fraction(1)
  digest?.bytes(300, 300)
  expect(told).toEqual([
    [50, 400],
    [200, 400],
    [250, 400],
    [400, 400],
  ])
})

test('nothing to do tells nothing', () => {
  const told: number[] = []
  const [only] = shareProgress({ fraction: () => {}, bytes: (done) => void told.push(done) }, [0])
  only?.bytes(0, 0)
  expect(told).toEqual([])
})
