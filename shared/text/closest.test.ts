import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closest, closestAll, editDistance } from './closest.js'

const WORDS = ['convert', 'inspect', 'boot list', 'boot set', 'jobs list', 'tour']

test.each([
  ['convet', 'convert'],
  ['convrte', 'convert'],
  ['inspcet', 'inspect'],
  ['bot list', 'boot list'],
  ['toru', 'tour'],
  ['boot sett', 'boot set'],
])('%s probably means %s', (word, meant) => {
  expect(closest(word, WORDS)).toBe(meant)
})

test('what resembles nothing is nobody', () => {
  expect(closest('delete', WORDS)).toBeUndefined()
  expect(closest('x', WORDS)).toBeUndefined()
  expect(closest('convert'.repeat(1000), WORDS)).toBeUndefined()
})

test('the nearest stands first, and what is out of reach is left out', () => {
  expect(closestAll('boot lst', WORDS, () => 2)).toEqual(['boot list', 'boot set'])
  expect(closestAll('boot lst', WORDS, () => 0)).toEqual([])
})

test.each([
  ['', '', 0],
  ['console', 'console', 0],
  ['consol', 'console', 1],
  ['conosle', 'console', 1],
  ['qiutee', 'quiet', 3],
  ['abc', 'xyz', 3],
])('%s is %s with %d mistakes', (from, to, distance) => {
  expect(editDistance(from, to, 9)).toBe(distance)
})

test('the distance is the same both ways, and a smaller bound only makes it infinite', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
  fc.assert(
    fc.property(word, word, fc.nat(9), (one, other, most) => {
      const distance = editDistance(one, other, 99)
      expect(editDistance(other, one, 99)).toBe(distance)
      expect(editDistance(one, other, most)).toBe(distance <= most ? distance : Number.POSITIVE_INFINITY)
    }),
  )
})
