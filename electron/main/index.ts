import path from 'node:path'
import process from 'node:process'
import { app, ipcMain } from 'electron'
import { createCore } from '#core/create-core'
import { resolveDirs } from '#core/files/dirs'
import { createFileLogger } from '#core/log/file-logger'
import { APP_ORIGIN, declareAppScheme, serveApp } from './app-modules/app-protocol.js'
import { installMenu } from './app-modules/menu.js'
import { guardNavigation } from './app-modules/navigation-guard.js'
import { refusePermissions } from './app-modules/permissions.js'
import { guardQuit } from './app-modules/quit-guard.js'
import { becomeSingleInstance } from './app-modules/single-instance.js'
import { followTheme } from './app-modules/theme.js'
import { openMainWindow, showMainWindow } from './app-modules/window.js'
import { mainWindow } from './host/dialogs.js'
import { OpenRequests } from './host/open-requests.js'
import { StagedImages } from './host/staged-images.js'
import { createHandlers } from './ipc/handlers/index.js'
import { pushCoreEvents, pushEvent } from './ipc/push-events.js'
import { registerContract } from './ipc/register-contract.js'

const outFolder = path.resolve(import.meta.dirname, '..')
const developmentUrl = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
const windowUrl = developmentUrl ?? `${APP_ORIGIN}/index.html`
const isTrustedUrl = (url: string): boolean =>
  url.startsWith(`${APP_ORIGIN}/`) || (developmentUrl !== undefined && url.startsWith(developmentUrl))

const dirs = resolveDirs(process.env)
const openRequests = new OpenRequests()
const staged = new StagedImages()
if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', path.join(dirs.state, 'chromium'))
// root must start Chromium with --no-sandbox; enabling it then would only crash its processes
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
declareAppScheme()
guardNavigation(isTrustedUrl)

// awaiting `ready` at the top level would deadlock: Electron holds it until this module has loaded
if (becomeSingleInstance(openRequests, showMainWindow)) void start()
else app.quit()

async function start(): Promise<void> {
  const log = createFileLogger(path.join(dirs.state, 'log'))
  const [core] = await Promise.all([createCore({ dirs, env: process.env, log }), app.whenReady()])
  serveApp(path.join(outFolder, 'renderer'))
  refusePermissions()
  registerContract(ipcMain, { handlers: createHandlers(core, openRequests, staged, mainWindow), isTrustedUrl, log })
  pushCoreEvents(core)
  openRequests.onAdded((count) => pushEvent('app.openRequested', { count }))
  followTheme(core.settings)
  guardQuit(core, staged, mainWindow)
  installMenu(openRequests, mainWindow)
  openMainWindow({ core, url: windowUrl, outFolder })
}
