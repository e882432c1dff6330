import { expect, test } from 'vitest'
import { spliceAll } from './splice.js'

test('all stretches are replaced, in whatever order they are given', () => {
  const splices = [
    { start: 4, end: 6, text: '' },
    { start: 0, end: 1, text: 'XY' },
    { start: 2, end: 2, text: '-' },
  ]
  expect(spliceAll('abcdefg', splices)).toBe('XYb-cdg')
  expect(spliceAll('abc', [])).toBe('abc')
})
