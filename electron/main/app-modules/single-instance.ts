import process from 'node:process'
import { app } from 'electron'
import { z } from 'zod'
import { type OpenRequests, pathsFromArguments } from '../host/open-requests.js'

const handoverSchema = z.object({ open: z.array(z.string()) })

/**
 * One window per profile: a second start hands its files to the first one. False when this is the second one.
 * The paths travel as data, because Chromium rearranges the command line that the first one is told.
 */
export function becomeSingleInstance(openRequests: OpenRequests, showWindow: () => void): boolean {
  const open = pathsFromArguments(process.argv, { packaged: app.isPackaged, folder: process.cwd() })
  if (!app.requestSingleInstanceLock({ open })) return false
  openRequests.add(open)
  app.on('second-instance', (_event, _argv, _folder, data) => {
    const handover = handoverSchema.safeParse(data)
    if (handover.success) openRequests.add(handover.data.open)
    showWindow()
  })
  return true
}
