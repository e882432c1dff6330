import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { syncFolderSync } from './sync.js'

/**
 * Replaces a text file so that a crash or power cut at any moment leaves the old or the new content, never a mixture:
 * temporary file, fsync, rename, fsync of the folder.
 * Synchronous on purpose: a state that was announced must be on disk before anything else runs.
 */
export function writeTextDurably(file: string, text: string, mode: number): void {
  const folder = path.dirname(file)
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`)
  try {
    const fd = fs.openSync(temporary, 'wx', mode)
    try {
      fs.writeFileSync(fd, text)
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
    fs.renameSync(temporary, file)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
  syncFolderSync(folder)
}
