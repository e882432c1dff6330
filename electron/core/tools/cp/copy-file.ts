import fs from 'node:fs/promises'
import type { Host } from '../../process/host.js'

const LOOK_MS = 200

/**
 * Whether the file system shares the blocks of a copy with its original (reflink), which takes neither time nor space. Then the copy is
 * made: `to` exists and is empty, cp(1) `--reflink`.
 */
export async function tryReflink(host: Host, from: string, to: string): Promise<boolean> {
  const result = await host.run('cp', ['--reflink=always', '--', from, to], { okExitCodes: [0, 1] })
  return result.exitCode === 0
}

/** Copies a file over an existing one; holes stay holes. `onBytes` gets the bytes on disk so far. Throws `tool-failed`. */
export async function copyFile(host: Host, from: string, to: string, onBytes: (bytes: number) => void): Promise<void> {
  const timer = setInterval(() => {
    fs.stat(to).then(
      (stats) => onBytes(stats.blocks * 512),
      () => {},
    )
  }, LOOK_MS)
  try {
    await host.run('cp', ['--reflink=never', '--sparse=auto', '--', from, to])
  } finally {
    clearInterval(timer)
  }
}
