import type { Job, Leftover } from '#shared/jobs/job'
import type { Logger } from '../log/logger.js'
import type { Claim } from './job-journal.js'

/** Podman on this machine, as far as recovery needs it. */
export interface ContainerKeeper {
  /** Whether a container of that name is there that this job made, by its label. */
  hasContainer(name: string, jobId: string): Promise<boolean>
  /** Stops it where it runs. */
  removeContainer(name: string): Promise<void>
  hasImage(name: string): Promise<boolean>
  /** Takes the name away; the image goes with its last name, and stays where a container uses it. */
  removeImage(name: string): Promise<void>
  /** Loop devices that hold a disk which was made in the work folder of a job. */
  loopsIn(folder: string): Promise<readonly string[]>
  releaseLoop(device: string): Promise<void>
}

export interface LeftClaim {
  readonly leftover: Leftover
  readonly remove: () => Promise<void>
}

/** Disks of a killed build that are attached: their space comes back only when they are let go. What cannot be asked for is no reason to keep the rest from being cleaned. */
export async function leftLoops(
  folder: string,
  job: Job,
  { containers, log }: { readonly containers: ContainerKeeper; readonly log: Logger },
): Promise<LeftClaim[]> {
  if (job.kind !== 'build-disk') return []
  const devices = await containers.loopsIn(folder).catch((error: unknown) => {
    log.warn('recovery.no-loops', { folder, error: String(error) })
    return []
  })
  return devices.map((device) => ({
    leftover: { jobId: job.id, jobTitle: job.title, kind: 'loop-device', what: device, bytes: null },
    remove: () => containers.releaseLoop(device),
  }))
}

/** Whether what a job claimed lies in podman's storage. */
export function isContainerClaim({ kind }: Claim): boolean {
  return kind === 'container' || kind === 'container-image'
}

/**
 * What a claim of a container or image stands for; undefined when that is gone, and then `release` is called. While podman cannot be asked, the claim stays.
 */
export async function leftOfClaim(
  claim: Claim,
  job: Job,
  { containers, log, release }: { readonly containers: ContainerKeeper; readonly log: Logger; readonly release: () => void },
): Promise<LeftClaim | undefined> {
  const kind = claim.kind === 'container' ? 'container' : 'container-image'
  const { what } = claim
  try {
    const isThere = kind === 'container' ? await containers.hasContainer(what, job.id) : await containers.hasImage(what)
    if (!isThere) {
      release()
      return undefined
    }
  } catch (error) {
    log.warn('recovery.no-containers', { what, error: String(error) })
    return undefined
  }
  return {
    leftover: { jobId: job.id, jobTitle: job.title, kind, what, bytes: null },
    async remove() {
      if (kind === 'container') await containers.removeContainer(what)
      else await containers.removeImage(what)
      release()
    },
  }
}
