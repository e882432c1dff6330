import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { jobsFolder } from '../../files/dirs.js'
import type { JobContext } from '../job-context.js'

/** Bytes of a socket's path with its end, unix(7), `sun_path`. */
const MAX_SOCKET_PATH = 108
const LONGEST_SOCKET = '/network.sock'

/** Names of what stays with the job. */
export const SERIAL_FILE = 'serial.log'
export const SCREEN_FILE = 'screen.png'

/** Names of what makes up the disk of a machine, in its folder. */
export const RUN_DISK = 'run.qcow2'
export const EDITS_FOLDER = 'edits'

/** Whether the disk of a machine stays where it is when the job ends: then nobody but the user removes it. */
export interface DiskHold {
  isLeft: boolean
}

/** What stays with the job: its serial log and its screenshot. */
export async function keptFolder(ctx: JobContext): Promise<string> {
  const folder = path.join(jobsFolder(ctx.host.dirs), ctx.jobId)
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

/**
 * A private folder for what a test machine writes: on a disk and not in memory, for a guest can write much on its first boot. It goes
 * away with the job, or is left to the recovery with nothing but the disk.
 */
export function machineFolder(ctx: JobContext, hold: DiskHold): Promise<string> {
  return privateFolder(ctx, path.join(ctx.host.dirs.cache, 'boot-tests', ctx.jobId), hold)
}

/** Where the sockets lie: in the folder of the machine, or in a short one where that has too long a name. */
export async function socketFolder(ctx: JobContext, machine: string): Promise<string> {
  if (Buffer.byteLength(machine + LONGEST_SOCKET) < MAX_SOCKET_PATH) return machine
  return privateFolder(ctx, path.join(os.tmpdir(), `dw-${ctx.jobId}`))
}

async function privateFolder(ctx: JobContext, folder: string, hold?: DiskHold): Promise<string> {
  const release = ctx.claim('folder', folder)
  ctx.defer(async () => {
    if (hold?.isLeft) return leaveDisk(folder)
    await fs.rm(folder, { recursive: true, force: true })
    release()
  })
  await fs.mkdir(path.dirname(folder), { recursive: true })
  await fs.mkdir(folder, { mode: 0o700 })
  return folder
}

/** What the guest was told can hold passwords: it goes. */
async function leaveDisk(folder: string): Promise<void> {
  const names = (await fs.readdir(folder)).filter((name) => name !== RUN_DISK && name !== EDITS_FOLDER)
  for (const name of names) await fs.rm(path.join(folder, name), { recursive: true, force: true })
}
