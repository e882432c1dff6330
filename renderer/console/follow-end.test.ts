// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followEnd } from './follow-end.js'

/** Frames are drawn when a test says so. */
let frames: (() => void)[] = []
const draw = () => frames.splice(0).forEach((work) => work())

beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => frames.push(work))
})
afterEach(() => vi.unstubAllGlobals())

function open() {
  const active = { viewportY: 0, baseY: 0 }
  const scrollToBottom = vi.fn(() => {
    active.viewportY = active.baseY
  })
  const box = document.createElement('div')
  const end = followEnd({ buffer: { active }, scrollToBottom } as unknown as Parameters<typeof followEnd>[0], box)
  return { active, box, end }
}

test('lines that come are seen, though the view was moved meanwhile by nobody', () => {
  const { active, end } = open()
  active.baseY = 100
  end.keepUp()
  expect(active.viewportY).toBe(100)
  active.viewportY = 3
  draw()
  expect(active.viewportY).toBe(100)
})

test('who goes back stays there until the end is looked at again', () => {
  const { active, box, end } = open()
  active.baseY = 100
  active.viewportY = 50
  box.dispatchEvent(new Event('wheel'))
  draw()
  end.keepUp()
  draw()
  expect(active.viewportY).toBe(50)
  active.viewportY = 100
  box.dispatchEvent(new Event('keydown'))
  draw()
  active.baseY = 200
  end.keepUp()
  expect(active.viewportY).toBe(200)
})
