import fs from 'node:fs'
import path from 'node:path'

export const MIN_SIZE = { width: 900, height: 600 }
const DEFAULT_SIZE = { width: 1280, height: 800 }

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface WindowState {
  readonly bounds: Rectangle
  readonly maximized: boolean
}

/** What the window looked like when it was closed; undefined on the first start or when the file is damaged. */
export function readWindowState(stateFolder: string): WindowState | undefined {
  try {
    const state: unknown = JSON.parse(fs.readFileSync(path.join(stateFolder, 'window.json'), 'utf8'))
    return isWindowState(state) ? state : undefined
  } catch {
    return undefined
  }
}

export function writeWindowState(stateFolder: string, state: WindowState): void {
  fs.mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
  fs.writeFileSync(path.join(stateFolder, 'window.json'), JSON.stringify(state))
}

/** Bounds to open with: the remembered ones where a screen still shows enough of them to grab, else the default size. */
export function openingBounds(remembered: Rectangle | undefined, screens: readonly Rectangle[]): Partial<Rectangle> {
  if (!remembered) return DEFAULT_SIZE
  const { x, y } = remembered
  const size = { width: Math.max(remembered.width, MIN_SIZE.width), height: Math.max(remembered.height, MIN_SIZE.height) }
  const reachable = screens.some(
    (screen) => shared(x, size.width, screen.x, screen.width) >= 100 && shared(y, 40, screen.y, screen.height) >= 20,
  )
  return reachable ? { x, y, ...size } : size
}

// By hand: a schema library would have to be loaded before the window can open.
function isWindowState(value: unknown): value is WindowState {
  if (typeof value !== 'object' || value === null || !('bounds' in value) || !('maximized' in value)) return false
  const { bounds, maximized } = value
  if (typeof bounds !== 'object' || bounds === null || typeof maximized !== 'boolean') return false
  const fields = bounds as Record<string, unknown>
  return ['x', 'y', 'width', 'height'].every((name) => Number.isInteger(fields[name]))
}

function shared(start: number, length: number, otherStart: number, otherLength: number): number {
  return Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart)
}
