import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { toAppError } from '#shared/errors/app-error'
import { containerEnv } from '../../process/container-env.js'
import type { Host } from '../../process/host.js'

const LINKS = ['bin', 'sbin', 'lib', 'lib64']

/**
 * Whether podman can run a privileged container here, by running one: `true` of this machine's own `/usr`, read-only, so that no image is needed. Null when it can,
 * else what stands in the way, as podman says it.
 */
export async function probePodmanRun(host: Host): Promise<string | null> {
  await mkdir(host.dirs.runtime, { recursive: true })
  const folder = await mkdtemp(path.join(host.dirs.runtime, 'podman-probe-'))
  try {
    await mkdir(path.join(folder, 'usr'))
    for (const name of LINKS) await symlink(`usr/${name}`, path.join(folder, name))
    await host.run('podman', probeArgs(folder), { env: containerEnv(host.env), timeoutMs: 60_000 })
    return null
  } catch (thrown) {
    const { data, message } = toAppError(thrown)
    if (data.code === 'cancelled') throw thrown
    const said = data.toolOutput?.split('\n').findLast((line) => line.trim() !== '')
    return (said ?? message).replace(/^Error: /, '')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function probeArgs(folder: string): string[] {
  return [
    'run',
    '--rm',
    '--privileged',
    '--network=none',
    '--log-driver=none',
    '--volume',
    '/usr:/usr:ro',
    '--rootfs',
    folder,
    '/usr/bin/true',
  ]
}
