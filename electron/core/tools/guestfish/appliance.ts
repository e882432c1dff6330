import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'

/** Where distributions keep the description of the appliance, which is part of libguestfs. */
const DESCRIPTIONS = ['/usr/lib64/guestfs', '/usr/lib/guestfs', '/usr/lib/x86_64-linux-gnu/guestfs', '/usr/lib/aarch64-linux-gnu/guestfs']
const BUILD_MS = 300_000
const PREFIX = 'appliance-'

/**
 * Folder with a fixed libguestfs appliance (guestfs(3) "FIXED APPLIANCE") for this system's kernel; built on first use, some seconds.
 * It is built outside of the sandbox, from nothing but files of this system: inside of one all files would belong to nobody, and the
 * appliance's setuid mount(8) would refuse to work. guestfish itself then runs inside, and needs neither /boot nor /etc.
 *
 * @throws AppError `engine-unavailable`, `tool-failed`, `cancelled`
 */
export async function prepareAppliance(host: Host): Promise<string> {
  const description = await findDescription()
  const folder = path.join(host.dirs.cache, `${PREFIX}${await systemKey(description)}`)
  if (await exists(path.join(folder, 'README.fixed'))) return folder
  await fs.mkdir(host.dirs.cache, { recursive: true })
  const part = await fs.mkdtemp(path.join(host.dirs.cache, '.appliance-part-'))
  try {
    const built = path.join(part, 'appliance')
    const args = ['--build', '--copy-kernel', '-f', 'ext2', '--host-cpu', 'x86_64', description, '-o', built]
    await host.run('supermin', args, { env: { TMPDIR: part }, timeoutMs: BUILD_MS })
    await fs.writeFile(path.join(built, 'README.fixed'), 'A libguestfs appliance built by Diskwright. It can be removed at any time.\n')
    await publish(built, folder)
  } finally {
    await fs.rm(part, { recursive: true, force: true })
  }
  await removeOld(host.dirs.cache, folder)
  return folder
}

async function findDescription(): Promise<string> {
  for (const candidate of DESCRIPTIONS) {
    const folder = path.join(candidate, 'supermin.d')
    if (await exists(folder)) return folder
  }
  throw new AppError('engine-unavailable', {
    details: { engine: 'guestfish', reason: 'libguestfs came without the description of its appliance' },
  })
}

/** Changes with every new kernel and every update of libguestfs. */
async function systemKey(description: string): Promise<string> {
  const kernels = (await fs.readdir('/boot').catch(() => []))
    .filter((name) => /^vmlinu[xz]-/.test(name))
    .map((name) => path.join('/boot', name))
  const parts = (await fs.readdir(description)).map((name) => path.join(description, name))
  const hash = createHash('sha256')
  for (const file of [...kernels, ...parts].toSorted()) hash.update(`${file} ${(await fs.stat(file)).mtimeMs}\n`)
  return hash.digest('hex').slice(0, 16)
}

/** Another process may have been faster; its appliance is as good. */
async function publish(built: string, folder: string): Promise<void> {
  try {
    await fs.rename(built, folder)
  } catch (thrown) {
    if (!(await exists(path.join(folder, 'README.fixed')))) throw thrown
  }
}

async function removeOld(cache: string, current: string): Promise<void> {
  const old = (await fs.readdir(cache)).filter((name) => name.startsWith(PREFIX) && name !== path.basename(current))
  await Promise.all(old.map((name) => fs.rm(path.join(cache, name), { recursive: true, force: true })))
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  )
}
