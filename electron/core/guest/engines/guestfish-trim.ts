import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'
import type { GuestfishSession } from '../../tools/guestfish/session.js'
import type { TrimResult, TrimVolume } from '../../tools/uml/trim-disk.js'
import type { EngineDisk } from '../engine.js'
import { launchAppliance } from './guestfish.js'
import { GuestfishMount } from './guestfish-mount.js'
import { Refused } from './outcomes.js'

/**
 * As `trimDisk` of the uml engine, in the libguestfs appliance: names, kinds and the bytes of all files are read before and after.
 *
 * @throws AppError `engine-failed`, `verify-mismatch`, `tool-missing`, `tool-timeout`, `cancelled`
 */
export async function trimWithGuestfish(
  host: Host,
  request: { readonly disk: EngineDisk; readonly volumes: readonly TrimVolume[]; readonly workDir: string; readonly timeoutMs: number },
): Promise<readonly TrimResult[]> {
  const folder = await fs.mkdtemp(path.join(request.workDir, 'guestfish-'))
  try {
    const session = await launchAppliance(host, { disk: request.disk, operations: [], workDir: request.workDir }, folder, [])
    try {
      const results: TrimResult[] = []
      for (const volume of request.volumes) results.push(await trimVolume(session, volume, folder, request.timeoutMs))
      await session.finish()
      return results
    } catch (thrown) {
      await session.abandon()
      throw thrown
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

async function trimVolume(session: GuestfishSession, volume: TrimVolume, folder: string, timeoutMs: number): Promise<TrimResult> {
  const mount = new GuestfishMount(session)
  const { partition, filesystem } = volume
  try {
    await mount.enter(partition, filesystem)
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown
    return { ...volume, trimmedBytes: null, reason: 'it cannot be mounted for writing' }
  }
  const before = await contentOf(session, folder, timeoutMs)
  const freeBytes = (await mount.freeBytes()) ?? 0
  const knows = (await session.may('feature-available', ['fstrim'])).trim() === 'true'
  if (knows) await session.mustWithin(timeoutMs, 'fstrim', ['/'])
  await mount.leave()
  await mount.enter(partition, filesystem)
  const after = await contentOf(session, folder, timeoutMs)
  await mount.leave()
  if (before !== after) {
    throw new AppError('verify-mismatch', { details: { path: `partition ${partition}`, reason: 'its files are not what they were' } })
  }
  return knows
    ? { ...volume, trimmedBytes: freeBytes, reason: '' }
    : { ...volume, trimmedBytes: null, reason: 'this libguestfs cannot trim' }
}

async function contentOf(session: GuestfishSession, folder: string, timeoutMs: number): Promise<string> {
  const hash = createHash('sha256')
  for (const [command, args] of [
    ['find0', ['/']],
    ['checksums-out', ['sha256', '/']],
  ] as const) {
    const local = path.join(folder, 'listing')
    await session.mustWithin(timeoutMs, command, [...args, local])
    hash.update(await fs.readFile(local))
  }
  return hash.digest('hex')
}
