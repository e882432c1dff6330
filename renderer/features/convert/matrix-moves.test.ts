import { expect, test } from 'vitest'
import { splitPlace, step } from './matrix-moves.js'

const at = { row: 1, column: 1 }
const go = (key: string, ctrl = false, from = at) => step(from, key, ctrl, 3, 4)

test('arrows go one cell on and stay inside', () => {
  expect([go('ArrowUp'), go('ArrowDown'), go('ArrowLeft'), go('ArrowRight')]).toEqual([
    { row: 0, column: 1 },
    { row: 2, column: 1 },
    { row: 1, column: 0 },
    { row: 1, column: 2 },
  ])
  expect(go('ArrowDown', false, { row: 2, column: 3 })).toEqual({ row: 2, column: 3 })
  expect(go('ArrowRight', false, { row: 2, column: 3 })).toEqual({ row: 2, column: 3 })
})

test('Home and End go to the ends of the row, with Ctrl to those of the table', () => {
  expect([go('Home'), go('End'), go('Home', true), go('End', true)]).toEqual([
    { row: 1, column: 0 },
    { row: 1, column: 3 },
    { row: 0, column: 0 },
    { row: 2, column: 3 },
  ])
  expect([go('PageUp'), go('PageDown')]).toEqual([
    { row: 0, column: 1 },
    { row: 2, column: 1 },
  ])
})

test('other keys are left to others, and what is no cell has no place', () => {
  expect(go('Tab')).toBeNull()
  expect([splitPlace('2 3'), splitPlace(undefined), splitPlace('')]).toEqual([{ row: 2, column: 3 }, null, null])
})
