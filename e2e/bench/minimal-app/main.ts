import path from 'node:path'
import process from 'node:process'
import { app, BrowserWindow } from 'electron'

// The least that an Electron + React app can be: what Diskwright's start is measured against.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()

void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, show: false, webPreferences: { sandbox: true } })
  window.once('ready-to-show', () => {
    window.show()
    process.stdout.write(`shown ${Date.now()}\n`)
  })
  return window.loadFile(path.join(import.meta.dirname, '../renderer/index.html'))
})
