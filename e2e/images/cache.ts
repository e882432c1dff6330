import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { builderHost } from './builder-host.js'
import { BUILDERS, type ImageName } from './builders.js'

const WAIT_MS = 200
const GIVE_UP_MS = 300_000

/**
 * Path of a shared test image, built by the first one who asks: kept in `DISKWRIGHT_TEST_IMAGES` (or the system's folder for temporary
 * files) under a key of the builders' own source, so a changed builder makes a new image. Safe between parallel test workers.
 */
export async function testImage(name: ImageName): Promise<string> {
  const folder = path.join(cacheRoot(), await sourceKey())
  const file = path.join(folder, `${name}.qcow2`)
  if (await exists(file)) return file
  await fs.mkdir(folder, { recursive: true })
  const unlock = await lock(`${file}.lock`)
  try {
    if (!(await exists(file))) await BUILDERS[name](await builderHost(), file)
    return file
  } finally {
    await unlock()
  }
}

function cacheRoot(): string {
  return process.env.DISKWRIGHT_TEST_IMAGES ?? path.join(os.tmpdir(), `diskwright-test-images-${process.getuid?.() ?? 0}`)
}

async function sourceKey(): Promise<string> {
  // The benchmark is bundled into out/, where the builders' own source is not; it runs from the root of the checkout.
  const here = fileURLToPath(new URL('.', import.meta.url))
  const folder = (await exists(path.join(here, 'cache.ts'))) ? here : path.resolve('e2e/images')
  const names = (await fs.readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).toSorted()
  const hash = createHash('sha256')
  for (const name of names) hash.update(name).update(await fs.readFile(path.join(folder, name)))
  return hash.digest('hex').slice(0, 16)
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  )
}

/** A file that holds the builder's pid; one whose process is gone is taken over. */
async function lock(file: string): Promise<() => Promise<void>> {
  const deadline = Date.now() + GIVE_UP_MS
  for (;;) {
    try {
      await fs.writeFile(file, String(process.pid), { flag: 'wx' })
      return () => fs.rm(file, { force: true })
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    }
    if (Date.now() > deadline) throw new Error(`another process has been building for too long: ${file}`)
    const holder = Number(await fs.readFile(file, 'utf8').catch(() => ''))
    if (holder > 0 && !isAlive(holder)) await fs.rm(file, { force: true })
    await sleep(WAIT_MS)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
