import fs from 'node:fs/promises'
import path from 'node:path'
import { sniffImage } from '#shared/images/sniff'
import { isSameFile } from '../../files/identity.js'

const HEAD_BYTES = 64 * 1024

/** What `save-in-place` keeps of an image before it replaces it. */
const BACKUP_NAME = /\.backup-\d{8}-\d{6}(-\d+)?$/

/**
 * Names of images in the same folder whose header names this file as their backing file. Backups of them do not count: they are of the past,
 * as the image below them was then, and nobody runs from one.
 */
export async function overlaysOf(target: string): Promise<string[]> {
  const folder = path.dirname(target)
  const names = (await fs.readdir(folder)).filter((name) => name !== path.basename(target) && !BACKUP_NAME.test(name))
  const found: string[] = []
  for (const name of names) {
    const backing = await backingNameOf(path.join(folder, name))
    if (backing !== null && (await isSameFile(path.resolve(folder, backing), target))) found.push(name)
  }
  return found
}

async function backingNameOf(file: string): Promise<string | null> {
  const stats = await fs.stat(file).catch(() => null)
  if (!stats?.isFile() || stats.size < 512) return null
  const handle = await fs.open(file, 'r').catch(() => null)
  if (!handle) return null
  try {
    const head = Buffer.alloc(Math.min(HEAD_BYTES, stats.size))
    await handle.read(head, 0, head.length, 0)
    return sniffImage({ head, tail: head.subarray(-512), fileBytes: stats.size }).backingFile
  } finally {
    await handle.close()
  }
}
