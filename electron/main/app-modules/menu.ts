import { app, Menu, type MenuItemConstructorOptions } from 'electron'
import { chooseImages, type DialogParent } from '../host/dialogs.js'
import type { OpenRequests } from '../host/open-requests.js'

/** The menu bar (Alt shows it): what every desktop program has. */
export function installMenu(openRequests: OpenRequests, parent: DialogParent): void {
  const open: MenuItemConstructorOptions = {
    label: '&Open images…',
    accelerator: 'CmdOrCtrl+O',
    click: () => void chooseImages(parent).then((paths) => openRequests.add(paths)),
  }
  const developer: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }]
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { label: '&File', submenu: [open, { type: 'separator' }, { role: 'quit', accelerator: 'CmdOrCtrl+Q' }] },
      {
        label: '&Edit',
        submenu: [
          { role: 'undo' },
          { role: 'redo' },
          { type: 'separator' },
          { role: 'cut' },
          { role: 'copy' },
          { role: 'paste' },
          { role: 'selectAll' },
        ],
      },
      {
        label: '&View',
        submenu: [
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { type: 'separator' },
          { role: 'togglefullscreen' },
          ...developer,
        ],
      },
    ]),
  )
}
