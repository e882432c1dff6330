import { imageFormat, isDiskFormat } from '#shared/images/formats'
import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { checkOutput } from '../files/checks.js'
import { errnoCode, syncFile, syncFolder } from '../files/sync.js'
import type { ImageSource } from '../guest/source.js'
import type { JobContext } from './job-context.js'
import { overlaysOf } from './disk/overlays-of.js'
import { fileHolders } from '../process/file-holders.js'
import type { Host } from '../process/host.js'

export interface InPlaceTarget {
  /** Real path that will hold the result. */
  readonly target: string
  readonly backup: string
  /** Owner and mode for the result, and a second name for the original: right before the result takes the first. */
  makeBackup(ctx: JobContext, part: string): Promise<void>
}

/** What replacing an image does no harm to: snapshots that the result has too, and overlays for which it reads as before. */
export interface Kept {
  readonly snapshots: boolean
  /** Names in the image's folder; `all` where the result reads as the original does. */
  readonly overlays: readonly string[] | 'all'
}

/**
 * Makes sure that an image may be replaced by its edited copy.
 *
 * @throws AppError `image-in-use` while any process has it open or an image in its folder is an overlay over it,
 * `folder-not-writable`, `file-not-writable`, `format-not-writable` for images of several files, and for internal snapshots of which no backup would be kept
 */
export async function prepareInPlace(
  host: Host,
  source: ImageSource,
  keepBackup: boolean,
  keeps: Kept = { snapshots: false, overlays: [] },
): Promise<InPlaceTarget> {
  const target = source.layers[0].path
  if (!isDiskFormat(source.format)) {
    const reason = `${imageFormat(source.format).label} is read, and not written: save it as a new image`
    throw new AppError('format-not-writable', { details: { path: target, reason } })
  }
  if (source.extents.length > 0) {
    throw new AppError('format-not-writable', {
      details: { path: target, reason: 'the image consists of several files: save it as a new image' },
    })
  }
  if (source.layers[0].sniff.snapshots > 0 && !keepBackup && !keeps.snapshots) {
    const reason = 'it holds internal snapshots, which the result will not have: keep the backup, or save it as a new image'
    throw new AppError('format-not-writable', { details: { path: target, reason } })
  }
  await requireWritable(target)
  const holders = await fileHolders(target)
  if (holders.length > 0)
    throw new AppError('image-in-use', { details: { path: target, holder: holders.join(', ') }, actions: [{ kind: 'retry' }] })
  const overlays = keeps.overlays === 'all' ? [] : (await overlaysOf(target)).filter((name) => !keeps.overlays.includes(name))
  if (overlays.length > 0) {
    throw new AppError('image-in-use', { details: { path: target, holder: `${overlays.join(', ')} (its overlay would read wrong data)` } })
  }
  host.log.info('save-in-place.ready', { target })
  const backup = await freeBackupName(target)
  return {
    target,
    backup,
    makeBackup: async (ctx, part) => {
      const again = await fileHolders(target)
      if (again.length > 0) throw new AppError('image-in-use', { details: { path: target, holder: again.join(', ') } })
      const { mode, uid, gid, ino } = await fs.stat(target)
      await keepOwner(ctx, part, uid, gid)
      await fs.chmod(part, mode & 0o7777)
      const release = ctx.claim('backup', backup)
      ctx.defer(async () => {
        // Where the name still stands for the original, nothing was replaced and there is nothing to keep.
        if ((await fs.stat(target)).ino === ino) await fs.rm(backup, { force: true })
        release()
      })
      // Where there are no hard links (FAT), the backup is a copy.
      await fs.link(target, backup).catch(() => fs.copyFile(target, backup, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE))
      await syncFile(backup)
      await syncFolder(path.dirname(target))
    },
  }
}

/** The result takes the name of a file that it does not write to: what is read-only is not meant to be exchanged all the same. */
async function requireWritable(target: string): Promise<void> {
  await checkOutput({ target, sources: [], replace: true })
  await fs.access(target, fs.constants.W_OK).catch((cause: unknown) => {
    throw new AppError('file-not-writable', {
      details: { path: target, reason: errnoCode(cause) },
      actions: [{ kind: 'choose-output' }],
      cause,
    })
  })
}

/** Only root may give a file away; an owner may still give it to a group of theirs. */
async function keepOwner(ctx: JobContext, part: string, uid: number, gid: number): Promise<void> {
  const own = await fs.stat(part)
  if (own.uid === uid && own.gid === gid) return
  await fs.chown(part, uid, gid).catch(() => ctx.log(`The result belongs to ${own.uid}:${own.gid}; the original belonged to ${uid}:${gid}`))
}

/** After the result bears the name: the backup goes if the user did not want it. Returns its path. */
export async function finishInPlace(ctx: JobContext, place: InPlaceTarget, keepBackup: boolean): Promise<string | undefined> {
  if (keepBackup) return place.backup
  await fs.unlink(place.backup)
  ctx.log('The backup was removed after the result was verified')
  return undefined
}

async function freeBackupName(target: string): Promise<string> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  for (let count = 0; ; count += 1) {
    const name = `${target}.backup-${stamp}${count === 0 ? '' : `-${count}`}`
    const taken = await fs.lstat(name).then(
      () => true,
      () => false,
    )
    if (!taken) return name
  }
}
