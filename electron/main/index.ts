import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { app, ipcMain } from 'electron'
import { resolveDirs } from '#core/files/dirs'
import { createFileLogger } from '#core/log/file-logger'
import { APP_ORIGIN, CONSOLE_ORIGIN, declareAppScheme, serveApp } from './app-modules/app-protocol.js'
import { installMenu } from './app-modules/menu.js'
import { guardNavigation } from './app-modules/navigation-guard.js'
import { refusePermissions } from './app-modules/permissions.js'
import { guardQuit } from './app-modules/quit-guard.js'
import { becomeSingleInstance } from './app-modules/single-instance.js'
import { applyRememberedTheme } from './app-modules/theme.js'
import { openMainWindow, showMainWindow } from './app-modules/window.js'
import { mainWindow } from './host/dialogs.js'
import { OpenRequests } from './host/open-requests.js'
import { StagedImages } from './host/staged-images.js'
import { CALL_CHANNEL, DROPPED_CHANNEL } from './ipc/channels.js'
import { InputGrants } from './ipc/input-grants.js'
import { pushEvent } from './ipc/push-events.js'
import { ShownLinks } from './ipc/shown-links.js'
import { SourceGrants } from './ipc/source-grants.js'
import { holdCalls } from './ipc/waiting-calls.js'

/** A window that asks nothing by then has failed; the core starts all the same, so that quitting finds it. */
const LATEST_CORE_MS = 3000

const outFolder = path.resolve(import.meta.dirname, '..')
const developmentUrl = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
const windowUrl = developmentUrl ?? `${APP_ORIGIN}/index.html`
const frameUrl = developmentUrl === undefined ? `${CONSOLE_ORIGIN}/index.html` : new URL('console/index.html', developmentUrl).href
const isTrustedUrl = (url: string): boolean =>
  url.startsWith(`${APP_ORIGIN}/`) || (developmentUrl !== undefined && url.startsWith(developmentUrl))

const dirs = resolveDirs(process.env)
const openRequests = new OpenRequests()
const staged = new StagedImages()
const inputs = new InputGrants()
const links = new ShownLinks()
const sources = new SourceGrants(path.join(dirs.state, 'chosen-files.json'))
if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', path.join(dirs.state, 'chromium'))
// root must start Chromium with --no-sandbox; enabling it then would only crash its processes
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
declareAppScheme()
guardNavigation({ isTrustedUrl, frameUrl, mayOpen: (url) => links.has(url) })

// awaiting `ready` at the top level would deadlock: Electron holds it until this module has loaded
if (becomeSingleInstance(openRequests, showMainWindow)) void start()
else app.quit()

/** The window first: loading the core, which is nearly all code of this process, would keep its page from being served. */
async function start(): Promise<void> {
  const log = createFileLogger(path.join(dirs.state, 'log'))
  await app.whenReady()
  serveApp(outFolder)
  refusePermissions()
  applyRememberedTheme(dirs.config)
  const calls = holdCalls(ipcMain, CALL_CHANNEL)
  ipcMain.on(DROPPED_CHANNEL, ({ senderFrame }, file: unknown) => {
    if (typeof file !== 'string' || senderFrame === null || !isTrustedUrl(senderFrame.url)) return
    inputs.grant([file])
    sources.grant([file])
  })
  openMainWindow({ stateFolder: dirs.state, log, url: windowUrl, outFolder })
  const options = { dirs, log, openRequests, staged, inputs, sources, links, calls, isTrustedUrl }
  const core = Promise.race([calls.begun, sleep(LATEST_CORE_MS)])
    .then(() => import('./service.js'))
    .then(({ startService }) => startService(options))
  core.catch((error: unknown) => log.error('core.start', { error }))
  guardQuit(core, { staged, parent: mainWindow, log })
  openRequests.onAdded((count) => pushEvent('app.openRequested', { count }))
  installMenu(openRequests, mainWindow)
}
