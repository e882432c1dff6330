import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { readRevision } from '../../files/identity.js'
import { whileSame } from './unpacked-source.js'

test('a packed file that changes under the work is told as changed, whatever else the work met; a cancelled one stays cancelled', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright changed-'))
  try {
    const file = path.join(folder, 'disk.raw.xz')
    await fs.writeFile(file, 'whole')
    const packed = { path: file, realPath: file, revision: await readRevision(file) }
    const fail = (code: 'image-damaged' | 'cancelled') => () => Promise.reject(new AppError(code))
    expect(await whileSame(packed, async () => 'done')).toBe('done')
    await expect(whileSame(packed, fail('image-damaged'))).rejects.toMatchObject({ code: 'image-damaged' })
    await fs.writeFile(file, 'cut')
    await expect(whileSame(packed, fail('image-damaged'))).rejects.toMatchObject({ code: 'image-changed' })
    await expect(whileSame(packed, async () => 'done')).rejects.toMatchObject({ code: 'image-changed' })
    await expect(whileSame(packed, fail('cancelled'))).rejects.toMatchObject({ code: 'cancelled' })
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
})
