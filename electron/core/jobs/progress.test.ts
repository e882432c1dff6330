import { expect, test } from 'vitest'
import { createJobProgress, createRateMeter, waitingSteps } from './progress.js'

const STEPS = [
  { id: 'write', title: 'Write', weight: 3 },
  { id: 'verify', title: 'Verify', weight: 1 },
]

function setup() {
  const clock = { now: 0 }
  const progress = createJobProgress(
    STEPS,
    () => clock.now,
    () => {},
  )
  return { clock, progress }
}

test('weights add up to 1', () => {
  expect(waitingSteps(STEPS).map((step) => step.weight)).toEqual([0.75, 0.25])
  expect(
    waitingSteps([
      { id: 'a', title: 'A', weight: 0 },
      { id: 'b', title: 'B', weight: 0 },
    ]).map((step) => step.weight),
  ).toEqual([0.5, 0.5])
})

test('progress is the weighted sum and null until something was measured', () => {
  const { progress } = setup()
  const step = progress.begin('write')
  expect(progress.view().progress).toBeNull()
  step.fraction(0.5)
  expect(progress.view().progress).toBeCloseTo(0.375)
  progress.end('write', 'done')
  progress.begin('verify').fraction(0.5)
  expect(progress.view().progress).toBeCloseTo(0.875)
})

test('progress never goes back and never leaves 0..1', () => {
  const { progress } = setup()
  const step = progress.begin('write')
  const seen: number[] = []
  for (const value of [0.5, 0.2, Number.NaN, -3, 7, 0.1]) {
    step.fraction(value)
    seen.push(progress.view().progress ?? Number.NaN)
  }
  expect(seen).toEqual([0.375, 0.375, 0.375, 0.375, 0.75, 0.75])
})

test('a skipped step counts as done, a failed one keeps what it had; undeclared ones are an error', () => {
  const { clock, progress } = setup()
  progress.end('verify', 'skipped')
  expect(progress.view()).toMatchObject({ progress: 0.25, steps: [{ state: 'waiting' }, { state: 'skipped', seconds: 0 }] })
  progress.begin('write').fraction(0.5)
  clock.now = 2
  progress.end('write', 'failed')
  expect(progress.view()).toMatchObject({ progress: 0.625, steps: [{ state: 'failed', seconds: 2 }, {}] })
  expect(() => progress.begin('other')).toThrow('other')
})

test('rate and time left come from bytes and end with the step', () => {
  const { clock, progress } = setup()
  const step = progress.begin('write')
  step.bytes(0, 1000)
  expect(progress.view()).toMatchObject({ rate: null, secondsLeft: null })
  clock.now = 2
  step.bytes(200, 1000)
  expect(progress.view()).toMatchObject({ rate: 100, secondsLeft: 8 })
  progress.end('write', 'done')
  expect(progress.view()).toMatchObject({ rate: null, secondsLeft: null })
})

test('the rate looks back a few seconds only, and starts again when the count does', () => {
  let now = 0
  const meter = createRateMeter(() => now)
  for (; now <= 10; now++) meter.add(now < 5 ? now * 1000 : 5000 + (now - 5) * 10, 10_000)
  expect(meter.rate()).toBeCloseTo(10)
  meter.add(3, 10_000)
  expect(meter.rate()).toBeNull()
  now += 1
  meter.add(53, 10_000)
  expect(meter.rate()).toBeCloseTo(50)
})
