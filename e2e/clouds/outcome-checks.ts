import fs from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import type { Outcome } from './run-upload.js'

/** Progress never goes back, never past its end, and comes to it where the upload succeeded. */
export function expectSteady({ bytes, fractions, result }: Outcome): void {
  for (const [step, told] of Object.entries(bytes)) {
    for (const [index, [done, total]] of told.entries()) {
      expect(done, `bytes of ${step}`).toBeLessThanOrEqual(total)
      expect(done, `bytes of ${step}`).toBeGreaterThanOrEqual(told[index - 1]?.[0] ?? 0)
    }
    const [done, total] = told.at(-1) ?? [0, 0]
    if (result !== null) expect(done, `bytes of ${step} at its end`).toBe(total)
  }
  for (const [step, told] of Object.entries(fractions)) {
    for (const [index, value] of told.entries()) {
      expect(value, `share of ${step}`).toBeLessThanOrEqual(1)
      expect(value, `share of ${step}`).toBeGreaterThanOrEqual(told[index - 1] ?? 0)
    }
  }
}

/** Contents of all files of a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => fs.readFile(path.join(entry.parentPath, entry.name), 'latin1')),
  )
}
