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
  /** Whether layers of these digests are in podman's storage that belong to no image. */
  hasLayers(digests: readonly string[]): Promise<boolean>
  removeLayers(digests: readonly string[]): Promise<void>
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
  return kind === 'container' || kind === 'container-image' || kind === 'container-layers'
}

/**
 * What a claim of a container or image stands for; undefined when that is gone, and then `release` is called. While podman cannot be asked, the claim stays.
 */
export async function leftOfClaim(
  claim: Claim,
  job: Job,
  { containers, log, release }: { readonly containers: ContainerKeeper; readonly log: Logger; readonly release: () => void },
): Promise<LeftClaim | undefined> {
  const { what } = claim
  const { kind, shown, isThere, remove } = keptAs(claim, job, containers)
  try {
    if (!(await isThere())) {
      release()
      return undefined
    }
  } catch (error) {
    log.warn('recovery.no-containers', { what, error: String(error) })
    return undefined
  }
  return {
    leftover: { jobId: job.id, jobTitle: job.title, kind, what: shown, bytes: null },
    async remove() {
      await remove()
      release()
    },
  }
}

/** What a claim stands for in podman's storage. */
interface Kept {
  /** In few words. */
  readonly shown: string
  readonly kind: 'container' | 'container-image' | 'container-layers'
  isThere(): Promise<boolean>
  remove(): Promise<void>
}

function keptAs({ kind, what }: Claim, job: Job, containers: ContainerKeeper): Kept {
  if (kind === 'container') {
    return { kind, shown: what, isThere: () => containers.hasContainer(what, job.id), remove: () => containers.removeContainer(what) }
  }
  if (kind === 'container-layers') {
    const digests = what.split(' ')
    const shown = digests.length === 1 ? what : `${digests[0] ?? ''} and what lies on it`
    return { kind, shown, isThere: () => containers.hasLayers(digests), remove: () => containers.removeLayers(digests) }
  }
  return { kind: 'container-image', shown: what, isThere: () => containers.hasImage(what), remove: () => containers.removeImage(what) }
}
