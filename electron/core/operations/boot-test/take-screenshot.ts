import { randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { QmpClient } from '../../tools/qemu-system/qmp.js'
import { readScreen } from './read-screen.js'
import { pngOfPpm } from './screenshot-png.js'

/** PNG of the graphical console, by way of a file in `folder`; null where qemu has none, or has ended. Several may be taken at once. */
export async function takeScreenshot(qmp: Pick<QmpClient, 'execute'>, folder: string): Promise<Buffer | null> {
  const file = path.join(folder, `screen-${randomUUID()}.ppm`)
  try {
    await qmp.execute('screendump', { filename: file })
    const picture = await readScreen(file)
    return picture && pngOfPpm(picture)
  } catch {
    return null
  } finally {
    await fs.rm(file, { force: true })
  }
}
