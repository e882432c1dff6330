import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { app, BrowserWindow } from 'electron'
import type { Core, FilesApi } from '#core/core-api'

/** What is larger would keep the pointer waiting; it is extracted instead. */
const MAX_BYTES = 512 * 1024 * 1024

/** Copies of files that are being dragged out of the window. Who takes them copies them when it likes, so they stay until the app ends. */
export class DragOut {
  readonly #folder: string

  constructor(private readonly core: Core) {
    this.#folder = path.join(core.dirs.runtime, 'drag')
    const clean = (): void => fs.rmSync(this.#folder, { recursive: true, force: true })
    clean()
    app.once('will-quit', clean)
  }

  /** Goes on with the drag of the window as a drag of files. Returns the copies. Throws `guest-file-too-large`. */
  async start(
    image: string,
    items: Parameters<FilesApi['copyOut']>[1]['items'],
    options: Parameters<FilesApi['copyOut']>[2],
  ): Promise<string[]> {
    const folder = path.join(this.#folder, randomBytes(6).toString('hex'))
    const files = await this.core.files.copyOut(image, { items, folder, maxBytes: MAX_BYTES }, options)
    const [file = ''] = files
    BrowserWindow.getAllWindows()[0]?.webContents.startDrag({ file, files, icon: path.join(app.getAppPath(), 'resources/icons/48x48.png') })
    return files
  }
}
