import fs from 'node:fs'
import path from 'node:path'
import type { Job, Leftover } from '#shared/jobs/job'
import type { NbdDevice } from '../tools/qemu-nbd/devices.js'

/** The kernel's nbd devices, seen without rights and released with an administrator's. */
export interface DeviceKeeper {
  list(): Promise<readonly NbdDevice[]>
  /** Asks for a password unless Diskwright is run by root. */
  release(device: string): Promise<void>
}

export interface LeftDevice {
  readonly device: string
  readonly leftover: Leftover
}

/**
 * Devices that runs of Diskwright left attached: those whose helper is gone and whose work folder is one of ours. A job claims its folder
 * in the journal before the helper attaches anything, and the helper keeps the folder beside the device; so each device has its job.
 * `isAbandoned` tells jobs that nobody runs any more.
 */
export function leftDevices(
  devices: readonly NbdDevice[],
  jobs: readonly Job[],
  runtimeFolder: string,
  isAbandoned: (job: Job) => boolean,
): LeftDevice[] {
  const own = realFolder(runtimeFolder)
  return devices.flatMap(({ device, state, folder }) => {
    if (state !== 'orphan' || folder === null || !folder.startsWith(`${own}/`)) return []
    const names = folder.slice(own.length + 1).split('/')
    const job = jobs.find(({ id }) => names.includes(id))
    if (job && !isAbandoned(job)) return []
    return [{ device, leftover: { jobId: job?.id ?? '', jobTitle: job?.title ?? '', kind: 'nbd-device', what: device, bytes: null } }]
  })
}

/** As the helper sees it. */
function realFolder(folder: string): string {
  try {
    return fs.realpathSync(folder)
  } catch {
    return path.resolve(folder)
  }
}
