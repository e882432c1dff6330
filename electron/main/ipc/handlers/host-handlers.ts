import fs from 'node:fs/promises'
import path from 'node:path'
import { clipboard, shell } from 'electron'
import { AppError } from '#shared/errors/app-error'
import type { Handlers } from '../register-contract.js'

export type HostHandlers = Pick<Handlers, 'host.reveal' | 'host.copy'>

export function hostHandlers(): HostHandlers {
  return {
    'host.reveal': async ({ path: file }) => {
      if (!path.isAbsolute(file)) throw new AppError('bad-input', { details: { problem: 'only absolute paths can be shown', path: file } })
      const exists = await fs.lstat(file).then(
        () => true,
        () => false,
      )
      if (!exists) throw new AppError('file-not-found', { details: { path: file } })
      shell.showItemInFolder(file)
    },
    'host.copy': async ({ text }) => clipboard.writeText(text),
  }
}
