import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openingBounds, readWindowState, writeWindowState } from './window-bounds.js'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }

test('opens where it was', () => {
  const bounds = { x: 100, y: 50, width: 1000, height: 700 }
  expect(openingBounds(bounds, [screen])).toEqual(bounds)
})

test('a place that no screen shows any more is forgotten, the size is kept', () => {
  expect(openingBounds({ x: 4000, y: 50, width: 1000, height: 700 }, [screen])).toEqual({ width: 1000, height: 700 })
  expect(openingBounds({ x: 100, y: -500, width: 1000, height: 700 }, [screen])).toEqual({ width: 1000, height: 700 })
})

test('is never smaller than the least usable size', () => {
  expect(openingBounds({ x: 0, y: 0, width: 10, height: 10 }, [screen])).toMatchObject({ width: 900, height: 600 })
})

test('the state comes back; a damaged file is the first start', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-window-'))
  const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: true }
  expect(readWindowState(folder)).toBeUndefined()
  writeWindowState(folder, state)
  expect(readWindowState(folder)).toEqual(state)
  fs.writeFileSync(path.join(folder, 'window.json'), '{"bounds":{"x":"1"}}')
  expect(readWindowState(folder)).toBeUndefined()
  fs.rmSync(folder, { recursive: true })
})
