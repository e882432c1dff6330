import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { tarHeader, tarPadding, tarTrailer } from '#shared/archives/ustar-header'
import { AppError } from '#shared/errors/app-error'
import { syncFolder } from '../../../files/sync.js'
import type { JobContext, StepProgress } from '../../job-context.js'
import { limitsFor, SparseFile } from '../../unpack/sparse-file.js'
import type { ImageFile } from './image-files.js'

/** Writes files as members of a tar, one after the other. Throws `no-space`, `file-too-large`, `image-changed`, `cancelled`. */
export async function writeTar(ctx: JobContext, files: readonly ImageFile[], part: string, progress: StepProgress): Promise<void> {
  const total = bytesOf(files)
  const written = counter(progress, total)
  const out = await SparseFile.open(part, await limitsFor(path.dirname(part), total, total * 2))
  try {
    const folders = new Set<string>()
    for (const file of files) {
      for (const folder of foldersAbove(file.name)) {
        if (folders.has(folder)) continue
        folders.add(folder)
        await out.write(tarHeader({ name: folder, size: 0, mode: 0o755, kind: 'folder' }))
      }
      await out.write(tarHeader({ name: file.name, size: file.bytes, mode: 0o644 }))
      for await (const piece of checked(ctx, file)) {
        await out.write(piece)
        written(piece.length)
      }
      await out.write(new Uint8Array(tarPadding(file.bytes)))
    }
    await out.finish(out.length + tarTrailer(out.length))
  } finally {
    await out.close()
  }
}

/** Writes files into a folder that is there, and flushes them. Throws as `writeTar`. */
export async function writeFolder(ctx: JobContext, files: readonly ImageFile[], folder: string, progress: StepProgress): Promise<void> {
  const total = bytesOf(files)
  const written = counter(progress, total)
  for (const file of files) {
    const target = path.join(folder, file.name)
    await fs.mkdir(path.dirname(target), { recursive: true })
    const handle = await fs.open(target, 'wx')
    await handle.close()
    const out = await SparseFile.open(target, await limitsFor(folder, file.bytes, file.bytes * 2))
    try {
      for await (const piece of checked(ctx, file)) {
        await out.write(piece)
        written(piece.length)
      }
      await out.finish(file.bytes)
    } finally {
      await out.close()
    }
  }
  for (const name of await fs.readdir(folder, { recursive: true, withFileTypes: true }))
    await syncFolder(path.join(name.parentPath, name.name))
  await syncFolder(folder)
}

/** The bytes of a file, all of them and the right ones: its source may have been written to since its digest was taken. */
async function* checked(ctx: JobContext, file: ImageFile): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of file.read()) {
    if (ctx.signal.aborted) throw new AppError('cancelled')
    await ctx.pausePoint()
    hash.update(piece)
    bytes += piece.length
    yield piece
  }
  const digest = `sha256:${hash.digest('hex')}`
  if (bytes !== file.bytes || (file.digest !== null && file.digest !== digest)) {
    throw new AppError('image-changed', { details: { path: file.name }, actions: [{ kind: 'retry' }] })
  }
}

/** In all, as they are written. */
export function bytesOf(files: readonly ImageFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0)
}

function counter(progress: StepProgress, total: number): (bytes: number) => void {
  let done = 0
  return (bytes) => {
    done += bytes
    progress.bytes(done, total)
  }
}

function foldersAbove(name: string): string[] {
  const parts = name.split('/').slice(0, -1)
  return parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/`)
}
