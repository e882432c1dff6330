import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseStat } from '../../tools/guestfish/stat.js'
import type { CreateFile, EngineContent, RewriteFile } from '../engine.js'
import type { GuestfishMount } from './guestfish-mount.js'
import { giveAttributes, newName, undoing } from './guestfish-names.js'
import { Refused } from './outcomes.js'

/** utimens: leave this time as it is. guestfs(3) "guestfs_utimens". */
const OMIT = -2

/**
 * Files are written with `upload-offset`, which does not truncate: `upload` leaves a boot entry at size 0 when the file system is full
 * (measured). What the file grows by comes first and is taken back when it does not fit.
 */
export async function rewriteFile(mount: GuestfishMount, operation: RewriteFile, folder: string): Promise<void> {
  const { session } = mount
  const { path: file } = operation
  const before = parseStat(await session.may('statns', [file]))
  if (!before) throw new Refused('missing')
  if (!before.regular) throw new Refused('irregular')
  if (operation.expectedSha256 !== null && (await checksum(mount, file)) !== operation.expectedSha256) throw new Refused('changed')

  const local = await localFile(operation.content, folder)
  const { size } = await fs.stat(local)
  if (size > before.size) {
    const tail = path.join(folder, 'tail')
    await pipeline(createReadStream(local, { start: before.size }), createWriteStream(tail))
    await session.may('upload-offset', [tail, file, before.size])
    await fs.rm(tail)
    if (parseStat(await session.may('statns', [file]))?.size !== size) {
      const freeBytes = await mount.freeBytes()
      await session.must('truncate-size', [file, before.size])
      await session.must('utimens', [file, 0, OMIT, ...before.mtime])
      throw new Refused('full', { neededBytes: size - before.size, ...(freeBytes === undefined ? {} : { freeBytes }) })
    }
  }
  await session.may('upload-offset', [local, file, 0])
  if (size < before.size) await session.may('truncate-size', [file, size])
  if ((await checksum(mount, file)) !== (await sha256(local))) throw new Refused('failed', { reason: 'the file differs after writing' })
  if (operation.mtime === 'keep') await session.must('utimens', [file, 0, OMIT, ...before.mtime])
}

/** A part of a new file is not left there. */
export async function createFile(mount: GuestfishMount, operation: CreateFile, folder: string): Promise<void> {
  const { session } = mount
  const name = await newName(mount, operation.path)
  const local = await localFile(operation.content, folder)
  const work = async (): Promise<void> => {
    await session.may('upload', [local, name.path])
    const { size } = await fs.stat(local)
    const made = parseStat(await session.may('lstatns', [name.path]))
    if (made?.size !== size) {
      const freeBytes = ((await mount.freeBytes()) ?? 0) + (made?.size ?? 0)
      throw size > freeBytes || !made
        ? new Refused('full', { neededBytes: size, freeBytes })
        : new Refused('failed', { reason: 'it could not be written' })
    }
    if ((await checksum(mount, name.path)) !== (await sha256(local)))
      throw new Refused('failed', { reason: 'the file differs after writing' })
    await giveAttributes(mount, name, operation)
  }
  await undoing(work, () => session.may('rm-f', [name.path]))
}

/** A file that `upload` can take; contents of files are read from where they are. */
async function localFile(content: EngineContent, folder: string): Promise<string> {
  if (!(content instanceof Uint8Array)) return fs.realpath(content.hostFile)
  const local = path.join(folder, 'content')
  await fs.writeFile(local, content)
  return local
}

async function checksum({ session }: GuestfishMount, file: string): Promise<string | null> {
  const answer = (await session.may('checksum', ['sha256', file])).trim()
  return /^[0-9a-f]{64}$/.test(answer) ? answer : null
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
