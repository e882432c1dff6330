import { expect, test } from 'vitest'
import { closest } from './closest.js'

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
