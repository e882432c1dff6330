import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { FileContent } from '#shared/edits/file-edits'
import { AppError } from '#shared/errors/app-error'
import { hashOfHostFile } from '../../files/host-file-hash.js'
import type { EngineContent } from '../engine.js'
import type { EditHandlers } from './edit-handler.js'

const NEW_FILE = { mode: 0o644, uid: 0, gid: 0 }
const NEW_FOLDER = { mode: 0o755, uid: 0, gid: 0 }
const MAX_CHECKED_BYTES = 64 * 1024 * 1024

export const fileEditHandlers: EditHandlers<'write-file' | 'remove-file' | 'rename-file' | 'make-folder' | 'set-attributes'> = {
  async 'write-file'({ draft, locate, note }, edit) {
    const { content, sizeBytes } = await loadContent(edit.content)
    const { partition, path: file } = await locate(edit)
    const there = await draft.find(partition, file)
    if (edit.expectedSha256 !== undefined) {
      const found = there ? sha256(await draft.read(partition, file, MAX_CHECKED_BYTES)) : 'none'
      if (found !== edit.expectedSha256)
        throw new AppError('edit-conflict', { details: { path: file, reason: 'it is not the content that the edit was made for' } })
    }
    if (!there) await draft.makeFolders(partition, path.posix.dirname(file))
    const { mode = null, uid = null, gid = null } = edit
    const given = mode !== null || uid !== null || gid !== null
    const keeps = draft.keepsAttributes(partition)
    if (given && !keeps) note('Its file system keeps neither mode nor owner: they are left out.')
    await draft.write(partition, file, content, sizeBytes, {
      mode: mode ?? NEW_FILE.mode,
      uid: uid ?? NEW_FILE.uid,
      gid: gid ?? NEW_FILE.gid,
    })
    if (there && given && keeps) await draft.setAttributes(partition, file, { mode, uid, gid })
  },
  async 'remove-file'({ draft, locate }, edit) {
    const place = await locate(edit)
    await draft.remove(place.partition, place.path)
  },
  async 'rename-file'({ draft, locate }, edit) {
    const from = await locate(edit)
    const to = await locate({ path: edit.to, ...(edit.partition === undefined ? {} : { partition: edit.partition }) })
    if (from.partition !== to.partition)
      throw new AppError('edit-conflict', {
        details: { path: edit.path, reason: 'its new place is in another file system; copy it there instead' },
      })
    await draft.rename(from.partition, from.path, to.path)
  },
  async 'make-folder'({ draft, locate }, edit) {
    const place = await locate(edit)
    await draft.makeFolders(place.partition, path.posix.dirname(place.path))
    await draft.makeFolder(place.partition, place.path, { ...NEW_FOLDER, mode: edit.mode ?? NEW_FOLDER.mode })
  },
  async 'set-attributes'({ draft, locate }, edit) {
    if (edit.mode === undefined && edit.uid === undefined && edit.gid === undefined)
      throw new AppError('bad-input', { details: { path: edit.path, reason: 'neither a mode nor an owner is given' } })
    const place = await locate(edit)
    await draft.setAttributes(place.partition, place.path, { mode: edit.mode ?? null, uid: edit.uid ?? null, gid: edit.gid ?? null })
  },
}

async function loadContent(content: FileContent): Promise<{ content: EngineContent; sizeBytes: number }> {
  if ('text' in content) return inMemory(Buffer.from(content.text, 'utf8'))
  if ('base64' in content) return inMemory(Buffer.from(content.base64, 'base64'))
  const { hostFile } = content
  if (!path.isAbsolute(hostFile))
    throw new AppError('bad-input', { details: { path: hostFile, reason: 'the path of a file on this machine has to be absolute' } })
  const stats = await stat(hostFile).catch(() => null)
  if (!stats) throw new AppError('file-not-found', { details: { path: hostFile } })
  if (!stats.isFile()) throw new AppError('not-a-regular-file', { details: { path: hostFile } })
  if (content.sha256 !== undefined && (await hashOfHostFile(hostFile)) !== content.sha256)
    throw new AppError('edit-conflict', {
      details: { path: hostFile, reason: 'the file on this machine has changed since the edit was staged' },
    })
  return { content: { hostFile, ...(content.sha256 === undefined ? {} : { sha256: content.sha256 }) }, sizeBytes: stats.size }
}

function inMemory(bytes: Buffer): { content: EngineContent; sizeBytes: number } {
  return { content: bytes, sizeBytes: bytes.length }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
