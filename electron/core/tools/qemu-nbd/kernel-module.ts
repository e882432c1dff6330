import fs from 'node:fs'
import type { Host } from '../../process/host.js'

/** Whether the running kernel has nbd right now. */
export function isLoaded(): boolean {
  return fs.existsSync('/sys/module/nbd')
}

/** Whether the running kernel has nbd, loaded or to be loaded. Nothing is loaded by asking. */
export async function hasNbdModule(host: Host): Promise<boolean> {
  if (isLoaded()) return true
  if (!host.has('modprobe')) return false
  const result = await host.run('modprobe', ['--dry-run', '--quiet', 'nbd'], { okExitCodes: [0, 1], timeoutMs: 10_000 })
  return result.exitCode === 0
}
