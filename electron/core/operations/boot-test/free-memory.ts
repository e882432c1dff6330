import fs from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'

/** What qemu takes besides the memory of its guest, and what this machine keeps for itself. */
const RESERVE_BYTES = 256 * 1024 ** 2

/** `MemAvailable` of proc(5) `/proc/meminfo` in bytes; null where it does not say. */
export function availableMemory(meminfo: string): number | null {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1]
  return kib === undefined ? null : Number(kib) * 1024
}

/** Throws `not-enough-memory` where this machine has not so much left, besides what is promised to others. */
export async function requireMemory(bytes: number, promisedBytes = 0): Promise<void> {
  const free = availableMemory(await fs.readFile('/proc/meminfo', 'utf8').catch(() => ''))
  if (free === null || free >= bytes + promisedBytes + RESERVE_BYTES) return
  throw new AppError('not-enough-memory', {
    details: { neededBytes: bytes + RESERVE_BYTES, freeBytes: free, ...(promisedBytes > 0 ? { promisedBytes } : {}) },
    actions: [{ kind: 'retry' }],
  })
}
