import fs from 'node:fs'
import path from 'node:path'

const NAME = 'diskwright-nbd'
const INSTALLED = `/usr/libexec/diskwright/${NAME}`

export interface NbdHelper {
  /** Absolute path. */
  readonly path: string
  /** Root's own, as a package installs it; a checkout's helper can be changed by whoever owns the checkout. */
  readonly installed: boolean
}

/**
 * The privileged helper: the one that a package installed, else that of the checkout this code was built in. A portable package
 * (AppImage, archive) has none: root may not even see its files.
 */
export function findHelper(from: string = import.meta.dirname): NbdHelper | undefined {
  if (isFile(INSTALLED)) return { path: INSTALLED, installed: true }
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'resources/libexec', NAME)
    if (isFile(candidate)) return { path: candidate, installed: false }
  }
  return undefined
}

function isFile(file: string): boolean {
  try {
    return fs.statSync(file).isFile()
  } catch {
    return false
  }
}
