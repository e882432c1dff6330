import fs from 'node:fs'
import { link, lstat, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { ENDED_STATES, type Job, type Leftover } from '#shared/jobs/job'
import type { RecoveryApi } from '../core-api.js'
import { discardPart, restoreReplaced } from '../files/atomic-output.js'
import type { Dirs } from '../files/dirs.js'
import { isSameFile } from '../files/identity.js'
import { syncFolder } from '../files/sync.js'
import type { Logger } from '../log/logger.js'
import type { Claim } from './job-journal.js'
import { type ContainerKeeper, isContainerClaim, leftLoops, leftOfClaim } from './left-containers.js'
import { type DeviceKeeper, leftDevices } from './left-devices.js'
import type { JobStore } from './job-store.js'
import { finishSidecar } from './left-sidecars.js'
import { endProcess, findJobProcesses, type JobProcess, thatStay } from './job-processes.js'
import { mountsBelow } from './mounts.js'
import { isAlive } from './process-owner.js'

export interface RecoveryDeps {
  readonly store: JobStore
  readonly dirs: Dirs
  readonly log: Logger
  readonly devices: DeviceKeeper
  readonly containers: ContainerKeeper
}

/** A leftover with what is needed to remove it. */
interface Found {
  readonly leftover: Leftover
  readonly remove: () => Promise<void>
}

/**
 * Finds what crashed jobs left, by their journals and the job id in the environment of their processes, never by a name
 * pattern. Creating it marks jobs whose process is gone as `interrupted`. Everything may be repeated.
 */
export function createRecovery(deps: RecoveryDeps): RecoveryApi {
  markInterrupted(deps)

  async function findAll(): Promise<Found[]> {
    markInterrupted(deps)
    const abandoned = deps.store.list().filter(isAbandoned)
    // Processes first: what they still hold open or mounted cannot be removed before.
    const processes = await thatStay(findJobProcesses(new Set(abandoned.map((job) => job.id))))
    const byProcess = processes.flatMap((process) => describeProcess(process, abandoned))
    const byDevice = await findDevices(deps)
    const byJournal = await Promise.all(abandoned.map((job) => findClaims(job, deps)))
    return [...byProcess, ...byDevice, ...byJournal.flat()]
  }

  return {
    async list() {
      return (await findAll()).map(({ leftover }) => leftover)
    },
    async clean() {
      const failed: Leftover[] = []
      for (const { leftover, remove } of await findAll()) {
        try {
          await remove()
          deps.log.info('recovery.cleaned', { ...leftover })
        } catch (error) {
          deps.log.warn('recovery.not-cleaned', { ...leftover, error: String(error) })
          failed.push(leftover)
        }
      }
      return failed
    },
  }
}

/** Ended for more than a moment, or without the process that ran it. */
function isAbandoned(job: Job): boolean {
  if (job.owner && isAlive(job.owner)) return ENDED_STATES.has(job.state) && Date.now() - Date.parse(job.endedAt ?? '') > 10_000
  return true
}

function markInterrupted({ store, log }: RecoveryDeps): void {
  for (const job of store.list()) {
    if (ENDED_STATES.has(job.state) || (job.owner && isAlive(job.owner))) continue
    const steps = job.steps.map((step) => (step.state === 'running' ? { ...step, state: 'failed' as const } : step))
    try {
      store.save({
        ...job,
        state: 'interrupted',
        steps,
        rate: null,
        secondsLeft: null,
        message: '',
        paused: false,
        ...(job.attention ? { attention: null } : {}),
        endedAt: new Date().toISOString(),
        error: new AppError('interrupted', { details: job.startedAt === null ? { began: 'no' } : {}, actions: [{ kind: 'retry' }] }).data,
      })
      log.warn('job.interrupted', { id: job.id, title: job.title })
    } catch (error) {
      log.error('job.not-recorded', { id: job.id, error: String(error) })
    }
  }
}

function describeProcess(process: JobProcess, jobs: readonly Job[]): Found[] {
  const job = jobs.find(({ id }) => id === process.jobId)
  if (!job) return []
  const leftover: Leftover = { jobId: job.id, jobTitle: job.title, kind: 'process', what: `${process.pid} ${process.name}`, bytes: null }
  return [{ leftover, remove: () => endProcess(process) }]
}

/** What the kernel cannot be asked for is no reason to keep the rest from being cleaned. */
async function findDevices({ devices, store, dirs, log }: RecoveryDeps): Promise<Found[]> {
  try {
    const left = leftDevices(await devices.list(), store.list(), dirs.runtime, isAbandoned)
    return left.map(({ device, leftover }) => ({ leftover, remove: () => devices.release(device) }))
  } catch (error) {
    log.warn('recovery.no-devices', { error: String(error) })
    return []
  }
}

async function findClaims(job: Job, deps: RecoveryDeps): Promise<Found[]> {
  const found: Found[] = []
  // A container may hold what lies in folders, and an image goes only when no container uses it any more.
  const order = ({ kind }: Claim): number => (kind === 'container' ? 0 : kind === 'container-image' ? 2 : 1)
  const claims = deps.store.openClaims(job.id).toSorted((one, other) => order(one) - order(other))
  for (const claim of claims) {
    const release = (): void => deps.store.release(job.id, claim.id)
    if (claim.kind === 'container-layers' && isClaimedByOther(claim, deps.store)) continue
    if (isContainerClaim(claim)) {
      const left = await leftOfClaim(claim, job, { ...deps, release })
      if (left) found.push(left)
      continue
    }
    const target = claim.kind === 'backup' ? sourceOf(job) : undefined
    const present = await lstat(claim.what).catch(() => null)
    if (!present) {
      if (!(await isFolderMissing(claim.what))) release()
      continue
    }
    const describe = (kind: Leftover['kind'], what: string, bytes: number | null): Leftover => ({
      jobId: job.id,
      jobTitle: job.title,
      kind,
      what,
      bytes,
    })
    if (claim.kind === 'folder' && isOwnPlace(claim, job, deps.dirs)) found.push(...(await leftLoops(claim.what, job, deps)))
    const finish = await finishSidecar(claim, job)
    const mounts = present.isDirectory() ? mountsBelow(claim.what) : []
    for (const mount of mounts) found.push({ leftover: describe('mount', mount, null), remove: () => refuseMount(mount) })
    const remove = async () => {
      if (claim.kind === 'backup') await restoreBackup(claim.what, target)
      else if (finish) await finish()
      else await removeClaimed(claim, job, deps.dirs)
      release()
    }
    found.push({ leftover: describe(claim.kind, claim.what, mounts.length > 0 ? null : await diskUsage(claim.what)), remove })
  }
  return found
}

/** A job that runs now brings some of the same layers, the lowest of all at least: they are on their way to an image. */
function isClaimedByOther({ kind, what }: Claim, store: JobStore): boolean {
  const running = store.list().filter((job) => !isAbandoned(job))
  const lowest = (digests: string): string => digests.split(' ')[0] ?? ''
  return running.some(({ id }) => store.openClaims(id).some((other) => other.kind === kind && lowest(other.what) === lowest(what)))
}

/** A disk that is not plugged in may come back with the part file still on it. */
async function isFolderMissing(what: string): Promise<boolean> {
  return (await stat(path.dirname(what)).catch(() => null)) === null
}

function isOwnPlace(claim: Claim, job: Job, dirs: Dirs): boolean {
  return [dirs.runtime, dirs.cache].some((folder) => isBelow(claim.what, folder)) || path.basename(claim.what).includes(job.id)
}

/**
 * Removes a part file or folder. Its name must carry the job's id, or it must lie in Diskwright's own folders: a journal
 * that was tampered with, or a name that someone else uses now, must not cost a file of the user.
 */
async function removeClaimed(claim: Claim, job: Job, dirs: Dirs): Promise<void> {
  if (!isOwnPlace(claim, job, dirs)) throw new Error('the name does not belong to the job')
  if (mountsBelow(claim.what).length > 0) throw new Error('something is mounted in it')
  const target = outputOf(job)
  if (target !== undefined && path.dirname(target) === path.dirname(claim.what)) await restoreReplaced(claim.what, target)
  await discardPart(claim.what)
}

/**
 * Where the image itself is gone, the original goes back. Where it is still the original, the backup is a second name of it that is
 * not needed; otherwise the save had got to its end but for the record, and the backup stays.
 */
async function restoreBackup(backup: string, source: string | undefined): Promise<void> {
  if (source === undefined) return
  if (await lstat(source).catch(() => null)) {
    if (await isSameFile(source, backup)) await discardPart(backup)
    return
  }
  if (path.dirname(source) !== path.dirname(backup)) return
  // link(2) refuses when the name has just been taken; rename is for file systems without links.
  await link(backup, source).catch(async (error: unknown) => {
    if (await lstat(source).catch(() => null)) throw error
    await rename(backup, source)
  })
  await syncFolder(path.dirname(source))
}

/** Diskwright mounts only inside the name space of a sandbox, which ends with it: a mount seen here is someone else's. */
async function refuseMount(mount: string): Promise<void> {
  throw new Error(`not mounted by Diskwright: ${mount}`)
}

/** The file whose name a backup stands for: a commit changes the backing file, all else the source. */
function sourceOf(job: Job): string | undefined {
  return textField(job.input, 'into') ?? textField(job.input, 'source')
}

function outputOf(job: Job): string | undefined {
  return textField(job.input, 'output') ?? textField((job.input as { target?: unknown } | null)?.target, 'output')
}

function textField(data: unknown, name: string): string | undefined {
  const value = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, path.resolve(file))
  return relative !== '' && relative !== '..' && !relative.startsWith('../') && !path.isAbsolute(relative)
}

/** Bytes that a file, or a folder with all in it, takes on disk. */
async function diskUsage(what: string): Promise<number> {
  const stats = await lstat(what).catch(() => null)
  if (!stats) return 0
  const own = stats.blocks * 512
  if (!stats.isDirectory()) return own
  const names = await fs.promises.readdir(what).catch(() => [])
  const inside = await Promise.all(names.map((name) => diskUsage(path.join(what, name))))
  return inside.reduce((sum, bytes) => sum + bytes, own)
}
