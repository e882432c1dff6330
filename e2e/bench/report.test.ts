import { expect, test } from 'vitest'
import { formatVerdict, judge, median } from './report.js'

const base = { what: 'inspect', ours: { label: 'us', ms: 100 }, theirs: { label: 'them', ms: 12_000 } } as const

test('ratios are judged in the direction they are meant', () => {
  expect(judge({ ...base, kind: 'faster', bound: 40 })).toMatchObject({ value: 120, met: true })
  expect(judge({ ...base, kind: 'faster', bound: 121 }).met).toBe(false)
  expect(judge({ ...base, ours: { label: 'us', ms: 1050 }, theirs: { label: 'them', ms: 1000 }, kind: 'at-most', bound: 1.05 }).met).toBe(
    true,
  )
  expect(judge({ ...base, ours: { label: 'us', ms: 1060 }, theirs: { label: 'them', ms: 1000 }, kind: 'at-most', bound: 1.05 }).met).toBe(
    false,
  )
})

test('a missed bound shows', () => {
  expect(formatVerdict(judge({ ...base, kind: 'faster', bound: 200 }))).toContain('MISSED')
})

test('medians', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
})
