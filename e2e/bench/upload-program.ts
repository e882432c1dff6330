import fs from 'node:fs/promises'
import path from 'node:path'
import { makeTestDisk, type TestDisk } from '../clouds/test-disk.js'

/** The program with folders of its own. */
export interface BenchProgram {
  readonly env: Readonly<Record<string, string>>
  readonly home: string
  command(args: readonly string[]): readonly [string, string[]]
}

export async function benchProgram(folder: string): Promise<BenchProgram> {
  const home = path.join(folder, 'upload-home')
  await fs.mkdir(home, { recursive: true })
  const env: Record<string, string> = { HOME: home, TMPDIR: home, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
  for (const name of ['CONFIG', 'STATE', 'CACHE', 'RUNTIME']) env[`DISKWRIGHT_${name}_DIR`] = path.join(home, name)
  const program = path.join(import.meta.dirname, 'diskwright.js')
  return { env, home, command: (args) => [process.execPath, [program, ...args]] }
}

/** A disk that is known for one: it has a table with one partition. */
export async function benchDisk(file: string, mib: number, islands: readonly (readonly [number, number])[]): Promise<TestDisk> {
  const disk = await makeTestDisk(file, { mib, islands })
  const handle = await fs.open(file, 'r+')
  await handle.write(Buffer.from([0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0]), 0, 16, 446)
  await handle.write(Buffer.from([0x55, 0xaa]), 0, 2, 510)
  await handle.close()
  return disk
}

export function settings(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`])
}
