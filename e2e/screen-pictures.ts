import fs from 'node:fs'
import path from 'node:path'
import type { DiskwrightApp } from './diskwright-app.js'

/** Set: pictures of all states, in both sizes, into this folder, to look at. */
const OWN_FOLDER = process.env.DISKWRIGHT_SCREENSHOTS
const FOLDER = OWN_FOLDER ?? path.resolve(import.meta.dirname, '../resources/screenshots')

/** Those that the README shows; all others are taken only into a folder of one's own. */
const IN_README: ReadonlySet<string> = new Set([
  'boot',
  'health',
  'files',
  'edits',
  'convert',
  'convert-table',
  'boot-test',
  'containers',
  'ship',
  'boot-dark',
])

export interface Look {
  readonly theme: 'Light' | 'Dark'
  readonly width: number
  readonly height: number
}

export const LOOKS: readonly Look[] = (['Light', 'Dark'] as const).flatMap((theme) => [
  { theme, width: 1280, height: 800 },
  ...(OWN_FOLDER === undefined ? [] : [{ theme, width: 1024, height: 640 }]),
])

export function lookName({ theme, width, height }: Look): string {
  return `${theme} ${width}x${height}`
}

/** Gives the window its size; returns what takes a picture of it. */
export async function pictureTaker(app: DiskwrightApp, { theme, width, height }: Look): Promise<(name: string) => Promise<void>> {
  await app.inMain(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), {
    width,
    height,
  })
  fs.mkdirSync(FOLDER, { recursive: true })
  const suffix = `${theme === 'Dark' ? '-dark' : ''}${width === 1280 ? '' : `-${width}`}`
  return async (name) => {
    if (OWN_FOLDER === undefined && !IN_README.has(`${name}${suffix}`)) return
    await app.page.mouse.move(1, 1)
    await app.page.waitForTimeout(300)
    await app.page.screenshot({ path: path.join(FOLDER, `${name}${suffix}.png`) })
  }
}
