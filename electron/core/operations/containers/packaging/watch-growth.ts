import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

const INTERVAL_MS = 500

/** Tells how many bytes a file, or a folder with all in it, has, twice a second: for programs that say nothing of their progress. */
export function watchGrowth(place: string, tell: (bytes: number) => void): { stop(): void } {
  const timer = setInterval(() => {
    void lengthOf(place).then(tell)
  }, INTERVAL_MS)
  return { stop: () => clearInterval(timer) }
}

async function lengthOf(place: string): Promise<number> {
  const stats = await lstat(place).catch(() => null)
  if (stats === null || !stats.isDirectory()) return stats?.size ?? 0
  const names = await readdir(place).catch((): string[] => [])
  const sizes = await Promise.all(names.map((name) => lengthOf(path.join(place, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}
