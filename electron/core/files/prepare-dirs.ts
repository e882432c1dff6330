import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Logger } from '../log/logger.js'
import type { Dirs } from './dirs.js'
import { errnoCode } from './sync.js'

export interface PreparedDirs {
  readonly dirs: Dirs
  /** Folders that cannot be written to, in words: what needs them will fail by itself, reading images will not. */
  readonly problems: readonly string[]
}

/**
 * Makes the state folders, mode 0700. A read-only home does not keep anyone from looking at an image, so nothing is thrown. A
 * runtime folder that is not ours alone (the fallback lies in `/tmp`, where others can take its name first) is replaced by a
 * private one that no other Diskwright shares.
 */
export function prepareDirs(dirs: Dirs, log: Logger): PreparedDirs {
  const problems = (['config', 'state', 'cache'] as const).flatMap((name) => {
    const problem = makeFolder(dirs[name])
    return problem === undefined ? [] : [`${dirs[name]} (${problem})`]
  })
  const runtimeProblem = makeFolder(dirs.runtime) ?? whyNotPrivate(dirs.runtime)
  if (runtimeProblem !== undefined) problems.push(`${dirs.runtime} (${runtimeProblem})`)
  for (const problem of problems) log.warn('folder.not-usable', { problem })
  return { dirs: runtimeProblem === undefined ? dirs : { ...dirs, runtime: privateFolder() ?? dirs.runtime }, problems }
}

function makeFolder(folder: string): string | undefined {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK)
    return undefined
  } catch (error) {
    return errnoCode(error) || String(error)
  }
}

function whyNotPrivate(folder: string): string | undefined {
  const stats = fs.statSync(folder)
  // A link that someone else made could be turned elsewhere at any time.
  const uids = [stats.uid, fs.lstatSync(folder).uid]
  if (uids.some((uid) => uid !== process.getuid?.())) return 'it belongs to another user'
  if ((stats.mode & 0o077) !== 0) fs.chmodSync(folder, 0o700)
  return undefined
}

function privateFolder(): string | undefined {
  try {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-runtime-'))
    process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
    return folder
  } catch {
    return undefined
  }
}
