import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '../process/host.js'
import { processStat } from '../process/process-tree.js'

/** Where images are shown when there is no sandbox: `PID-XXXXXX/disk`, a file that the export covers. */
export function exportsFolder(host: Host): string {
  return path.join(host.dirs.runtime, 'exports')
}

/**
 * Takes away what killed programs left there: without a sandbox a FUSE mount outlives its daemon, and answers with nothing but
 * errors. Those of living programs are left alone. Never throws.
 */
export async function removeStaleExports(host: Host): Promise<void> {
  const folder = exportsFolder(host)
  const names = await fs.readdir(folder).catch((): string[] => [])
  for (const name of names) {
    const pid = Number.parseInt(name, 10)
    if (!Number.isInteger(pid) || processStat(pid) !== undefined) continue
    const place = path.join(folder, name)
    const mountpoint = path.join(place, 'disk')
    try {
      // fusermount3(1): lazily, for a dead mount cannot be looked at; it fails where nothing is mounted.
      await host.run('fusermount3', ['-u', '-z', mountpoint], { okExitCodes: [0, 1], timeoutMs: 10_000 })
      await fs.rm(mountpoint, { force: true })
      await fs.rmdir(place)
    } catch (thrown) {
      host.log.warn('export.not-removed', { place, problem: String(thrown) })
    }
  }
}
