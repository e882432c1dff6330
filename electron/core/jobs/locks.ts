import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { LockSet } from './job-definition.js'
import { acquireLockFiles, type LockHolder, type LockMode } from './lock-files.js'
import { conflicts } from './may-run.js'

export interface LockRequest extends LockSet {
  readonly holder: LockHolder
  readonly signal?: AbortSignal
  /** Called once when the request has to wait for another job of this process. */
  readonly onWait?: (holder: LockHolder) => void
}

export interface LockTable {
  /**
   * All locks at once, or none: many readers or one writer per file. Waits for jobs of this process that came before;
   * throws `image-in-use` (details `path`, `process`, `pid`) when another process holds one, and `cancelled` when the signal stops the waiting.
   * Returns the function that gives them back; calling it twice is fine.
   */
  acquire(request: LockRequest): Promise<() => void>
}

interface Entry {
  readonly wanted: ReadonlyMap<string, LockMode>
  readonly holder: LockHolder
  readonly grant: () => void
  granted: boolean
}

/** `folder` is shared by all processes of the user. */
export function createLockTable(folder: string): LockTable {
  let entries: Entry[] = []

  /** Grants in order: who asked later never overtakes a conflicting one that waits, so writers do not starve. */
  function grantWaiting(): void {
    for (const [index, entry] of entries.entries()) {
      if (entry.granted || entries.slice(0, index).some((earlier) => conflicts(earlier.wanted, entry.wanted))) continue
      entry.granted = true
      entry.grant()
    }
  }

  function leave(entry: Entry): void {
    entries = entries.filter((other) => other !== entry)
    grantWaiting()
  }

  async function waitForTurn(wanted: ReadonlyMap<string, LockMode>, { holder, signal, onWait }: LockRequest): Promise<Entry> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        leave(entry)
        reject(new AppError('cancelled'))
      }
      const grant = () => {
        signal?.removeEventListener('abort', stop)
        resolve(entry)
      }
      const entry: Entry = { wanted, holder, grant, granted: false }
      const ahead = entries.find((earlier) => conflicts(earlier.wanted, wanted))
      entries.push(entry)
      signal?.addEventListener('abort', stop, { once: true })
      if (signal?.aborted) return stop()
      if (ahead) onWait?.(ahead.holder)
      grantWaiting()
    })
  }

  return {
    async acquire(request) {
      const names = await lockNames(request)
      const wanted = new Map([...names].map(([key, name]) => [key, name.mode]))
      const entry = await waitForTurn(wanted, request)
      try {
        const files = await acquireLockFiles(folder, wanted, request.holder)
        if (!files.granted) {
          const used = names.get(files.key)
          throw new AppError('image-in-use', {
            details: {
              path: used?.path ?? '',
              process: files.holder,
              pid: files.pid,
              ...(used?.mode === 'write' ? { wanted: 'write' } : {}),
            },
            actions: [{ kind: 'retry' }],
          })
        }
        return () => {
          files.release()
          leave(entry)
        }
      } catch (error) {
        leave(entry)
        throw error
      }
    },
  }
}

/**
 * A file is locked by its place and by its inode: the place holds for outputs that do not exist yet and for files that are
 * replaced meanwhile, the inode for hard links and bind mounts.
 */
async function lockNames({ reads, writes }: LockSet): Promise<Map<string, { mode: LockMode; path: string }>> {
  const names = new Map<string, { mode: LockMode; path: string }>()
  const add = async (file: string, mode: LockMode) => {
    for (const key of await keysOf(file)) names.set(key, { mode, path: file })
  }
  for (const file of reads) await add(file, 'read')
  for (const file of writes) await add(file, 'write')
  return names
}

/** What a job locks, by the names that `acquire` uses. */
export async function lockKeys(locks: LockSet): Promise<Map<string, LockMode>> {
  return new Map([...(await lockNames(locks))].map(([key, { mode }]) => [key, mode]))
}

async function keysOf(file: string): Promise<string[]> {
  const real = await realpath(file).catch(() => null)
  if (real === null) {
    const folder = await realpath(path.dirname(file)).catch(() => path.resolve(path.dirname(file)))
    return [`path:${path.join(folder, path.basename(file))}`]
  }
  const stats = await stat(real, { bigint: true }).catch(() => null)
  return stats ? [`path:${real}`, `inode:${stats.dev}:${stats.ino}`] : [`path:${real}`]
}
