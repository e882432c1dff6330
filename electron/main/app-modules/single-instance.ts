import process from 'node:process'
import { app } from 'electron'
import { type OpenRequests, pathsFromArguments } from '../host/open-requests.js'

/**
 * One window per profile: a second start hands its files to the first one. False when this is the second one.
 * The paths travel as data, because Chromium rearranges the command line that the first one is told.
 */
export function becomeSingleInstance(openRequests: OpenRequests, showWindow: () => void): boolean {
  const open = pathsFromArguments(process.argv, { packaged: app.isPackaged, folder: process.cwd() })
  if (!app.requestSingleInstanceLock({ open })) return false
  openRequests.add(open)
  app.on('second-instance', (_event, _argv, _folder, data) => {
    openRequests.add(handedOver(data))
    showWindow()
  })
  return true
}

/** Whatever another process of this user sent; only paths count. */
function handedOver(data: unknown): string[] {
  if (typeof data !== 'object' || data === null || !('open' in data) || !Array.isArray(data.open)) return []
  return data.open.filter((path: unknown) => typeof path === 'string')
}
