import { AppError } from '#shared/errors/app-error'
import { parseFstab, setFstabDevice } from '#shared/system/fstab'
import type { EditHandlers } from '../edit-handler.js'
import { openSystem } from './find-systems.js'

const FILE = '/etc/fstab'

export const fstabHandler: EditHandlers<'fstab-device'> = {
  async 'fstab-device'(context, { mountPoint, device, root }) {
    const system = await openSystem(context, root)
    const text = await system.requireText(FILE)
    const known = parseFstab(text).flatMap(({ row }) => (row ? [row.mountPoint] : []))
    if (!known.includes(mountPoint.replace(/(.)\/+$/, '$1')))
      throw new AppError('edit-conflict', { details: { path: FILE, reason: `it mounts nothing at ${mountPoint}` } })
    await system.write(FILE, setFstabDevice(text, mountPoint, device))
  },
}
