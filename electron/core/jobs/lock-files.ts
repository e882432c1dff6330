import { createHash, randomInt } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { currentOwner, isAlive, isSameProcess, type ProcessOwner } from './process-owner.js'

export type LockMode = 'read' | 'write'

export interface LockHolder {
  readonly jobId: string
  readonly title: string
}

export type LockFilesResult =
  | { readonly granted: true; readonly release: () => void }
  | { readonly granted: false; readonly key: string; readonly holder: string; readonly pid: number }

/** Two processes that announce at the same instant both step back; a random pause lets one of them through. */
const ATTEMPTS = 6
const NAME_PATTERN = /^([0-9a-f]{32})\.(read|write)\.(\d+)-(\d+)-(\d+)$/

let sequence = 0

/**
 * Locks against other processes: a file per holder, `HASH.MODE.PID-TICKS-N`. Each announces itself first and looks second,
 * so two can never both believe to be alone. Files of processes that are gone are removed by whoever meets them: their
 * names are never used again, so that cannot hit a living holder.
 */
export async function acquireLockFiles(
  folder: string,
  wanted: ReadonlyMap<string, LockMode>,
  holder: LockHolder,
): Promise<LockFilesResult> {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (let attempt = 1; ; attempt++) {
    const release = announce(folder, wanted, holder)
    const conflict = findConflict(folder, wanted)
    if (!conflict) return { granted: true, release }
    release()
    if (attempt === ATTEMPTS) return { granted: false, ...conflict }
    await sleep(randomInt(10, 70))
  }
}

function announce(folder: string, wanted: ReadonlyMap<string, LockMode>, holder: LockHolder): () => void {
  const { pid, startTicks } = currentOwner()
  const files: string[] = []
  const release = () => {
    for (const file of files.splice(0)) removeQuietly(file)
  }
  try {
    for (const [key, mode] of wanted) {
      const file = path.join(folder, `${hashKey(key)}.${mode}.${pid}-${startTicks}-${++sequence}`)
      files.push(file)
      fs.writeFileSync(file, JSON.stringify({ ...holder, key }), { flag: 'wx', mode: 0o600 })
    }
  } catch (error) {
    release()
    throw error
  }
  return release
}

function findConflict(folder: string, wanted: ReadonlyMap<string, LockMode>): { key: string; holder: string; pid: number } | undefined {
  const self = currentOwner()
  const keys = new Map([...wanted.keys()].map((key) => [hashKey(key), key]))
  for (const name of fs.readdirSync(folder)) {
    const [, hash = '', mode, pid, startTicks = ''] = NAME_PATTERN.exec(name) ?? []
    const key = keys.get(hash)
    if (key === undefined) continue
    const owner: ProcessOwner = { pid: Number(pid), startTicks }
    // Within this process the lock table has decided already.
    if (isSameProcess(owner, self)) continue
    if (!isAlive(owner)) removeQuietly(path.join(folder, name))
    else if (mode === 'write' || wanted.get(key) === 'write') {
      return { key, holder: describeHolder(path.join(folder, name)), pid: owner.pid }
    }
  }
  return undefined
}

/** A file that stays, on a file system that turned read-only, binds nobody once its process is gone. */
function removeQuietly(file: string): void {
  try {
    fs.rmSync(file, { force: true })
  } catch {}
}

function describeHolder(file: string): string {
  try {
    const { title, jobId } = JSON.parse(fs.readFileSync(file, 'utf8')) as LockHolder
    return `Diskwright job ${jobId}, ${title}`
  } catch {
    // Its holder is just writing or removing it.
    return 'Another Diskwright'
  }
}

function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32)
}
