import path from 'node:path'
import { app, BrowserWindow, screen } from 'electron'
import type { Logger } from '#core/log/logger'
import { windowBackground } from './theme.js'
import { MIN_SIZE, openingBounds, readWindowState, writeWindowState } from './window-bounds.js'

export interface WindowOptions {
  /** Folder that keeps the window's place. */
  readonly stateFolder: string
  readonly log: Logger
  /** Address of the document. */
  readonly url: string
  /** Folder of the built main, preload and renderer. */
  readonly outFolder: string
}

/** Opens the main window; it shows itself when its first frame is drawn. */
export function openMainWindow({ stateFolder, log, url, outFolder }: WindowOptions): void {
  const remembered = readWindowState(stateFolder)
  const screens = screen.getAllDisplays().map((display) => display.workArea)
  const window = new BrowserWindow({
    ...openingBounds(remembered?.bounds, screens),
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    title: 'Diskwright',
    icon: path.join(app.getAppPath(), 'resources/icons/256x256.png'),
    backgroundColor: windowBackground(),
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.join(outFolder, 'preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  })
  window.once('ready-to-show', () => {
    // maximizing shows the window, so not any sooner
    if (remembered?.maximized) window.maximize()
    window.show()
    log.info('window.shown', { sinceStartMs: Math.round(performance.now()) })
  })
  window.on('close', (event) => {
    writeWindowState(stateFolder, { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
    keepUntilQuit(event)
  })
  window.webContents.on('render-process-gone', (_, { reason, exitCode }) => {
    log.error('window.gone', { reason, exitCode })
    if (reason !== 'clean-exit') window.reload()
  })
  window.loadURL(url).catch((error: unknown) => log.error('window.not-loaded', { message: String(error) }))
}

export function showMainWindow(): void {
  const window = BrowserWindow.getAllWindows()[0]
  if (!window) return
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

let quitting = false

/** Closing the window is quitting, and quitting may be refused while jobs run: the window stays until it is decided. */
function keepUntilQuit(event: Electron.Event): void {
  if (quitting) return
  event.preventDefault()
  app.quit()
}

/** Call when nothing holds the app any more. */
export function letWindowClose(): void {
  quitting = true
}
