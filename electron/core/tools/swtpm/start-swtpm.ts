import fs from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#shared/errors/app-error'
import type { Host, ToolProcess } from '../../process/host.js'

const WAIT_MS = 20
const GIVE_UP_MS = 30_000

/** Starts an emulated TPM 2.0 that serves one machine on a socket, and waits until it listens. swtpm(8). */
export async function startSwtpm(host: Host, { folder, socket }: { folder: string; socket: string }): Promise<ToolProcess> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  const args = ['socket', '--tpm2', '--tpmstate', `dir=${folder}`, '--ctrl', `type=unixio,path=${socket}`, '--terminate']
  const tpm = await host.start('swtpm', args, { access: { write: [...new Set([folder, socket.slice(0, socket.lastIndexOf('/'))])] } })
  const ended = tpm.ended.then(({ stderr }) => stderr)
  const deadline = performance.now() + GIVE_UP_MS
  while (!(await exists(socket))) {
    const stderr = await Promise.race([ended, sleep(WAIT_MS)])
    if (typeof stderr === 'string' || performance.now() > deadline) {
      await tpm.stop(500)
      throw new AppError('tool-failed', { details: { tool: 'swtpm', problem: 'did not start' }, toolOutput: stderr ?? '' })
    }
  }
  return tpm
}

function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  )
}
