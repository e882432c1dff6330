import fs from 'node:fs/promises'
import path from 'node:path'
import { ownTools } from './own-tools.js'

/** The processes of a machine, as they are when they are asked for. */
export interface Processes {
  /** Folder in the form of proc(5). */
  readonly folder: string
  /** Pids of the tools that we run at this moment. */
  ownTools(): ReadonlySet<number>
}

interface FileId {
  readonly dev: number
  readonly ino: number
}

/**
 * Who has a file open: `NAME (PID)` of every process whose open files this user may see, and the count of further ones that hold a
 * lock on it (proc(5) `/proc/PID/fd`, `/proc/locks`). Our own process does not count, and neither do the tools that it runs: they only
 * read what the user has, and jobs lock what they change among each other.
 */
export async function fileHolders(file: string, processes: Processes = { folder: '/proc', ownTools }): Promise<string[]> {
  const target = await fs.stat(file)
  const found: number[] = []
  for (const name of await fs.readdir(processes.folder)) {
    const pid = Number(name)
    if (Number.isInteger(pid) && pid !== process.pid && (await hasOpen(processes, pid, target))) found.push(pid)
  }
  // Asked for afterwards: what was started meanwhile may be among those that were found.
  const own = processes.ownTools()
  const foreign = found.filter((pid) => !own.has(pid))
  const holders = await stillOpen(processes, foreign, target)
  if (holders.length > 0) return Promise.all(holders.map(async (pid) => `${(await processName(processes, pid)) ?? 'a process'} (${pid})`))
  // Open files of other users' processes cannot be seen; their locks can. qemu's have no pid.
  return (await isLockedByOthers(processes, target)) ? ['a process of another user'] : []
}

/** A tool of ours that has ended since is among our own no more, and one that has ended holds nothing. */
async function stillOpen(processes: Processes, pids: readonly number[], target: FileId): Promise<number[]> {
  const open = await Promise.all(pids.map((pid) => hasOpen(processes, pid, target)))
  return pids.filter((_, index) => open[index])
}

/** A lock says nothing of who has it: while one of our own tools has the file open, it counts as theirs. */
async function isLockedByOthers(processes: Processes, target: FileId): Promise<boolean> {
  if (!(await isLocked(processes, target))) return false
  for (const pid of processes.ownTools()) {
    if (await hasOpen(processes, pid, target)) return false
  }
  // One that has ended since had the lock, perhaps.
  return isLocked(processes, target)
}

async function hasOpen({ folder }: Processes, pid: number, target: FileId): Promise<boolean> {
  const open = path.join(folder, String(pid), 'fd')
  const fds = await fs.readdir(open).catch(() => [])
  for (const fd of fds) {
    const stats = await fs.stat(path.join(open, fd)).catch(() => undefined)
    if (stats?.ino === target.ino && stats.dev === target.dev) return true
  }
  return false
}

async function isLocked({ folder }: Processes, target: FileId): Promise<boolean> {
  return isInLocks(await fs.readFile(path.join(folder, 'locks'), 'utf8').catch(() => ''), target)
}

/** Whether `/proc/locks` names the file: lines such as `1: OFDLCK ADVISORY READ -1 fe:00:131 100 101`, the inode behind the device. */
export function isInLocks(locks: string, { dev, ino }: FileId): boolean {
  const own = deviceNumbers(dev)
  return locks.split('\n').some((line) => {
    const [, major = '', minor = '', inode] = / ([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(line) ?? []
    if (Number(inode) !== ino || Number.parseInt(major, 16) !== own.major) return false
    // File systems without a block device (btrfs, overlay) may show another minor in stat(2) than here.
    return own.major === 0 || Number.parseInt(minor, 16) === own.minor
  })
}

/** The encoding of gnu_dev_major(3). */
function deviceNumbers(dev: number): { major: number; minor: number } {
  const bits = BigInt(dev)
  return {
    major: Number(((bits >> 8n) & 0xfffn) | ((bits >> 32n) & ~0xfffn)),
    minor: Number((bits & 0xffn) | ((bits >> 12n) & 0xffffff00n)),
  }
}

async function processName({ folder }: Processes, pid: number): Promise<string | undefined> {
  return fs.readFile(path.join(folder, String(pid), 'comm'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  )
}
