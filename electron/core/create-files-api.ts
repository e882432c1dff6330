import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import type { FilesApi } from './core-api.js'
import { openGuestFiles } from './guest/guest-files.js'
import { withReader } from './guest/reader.js'
import { findSystemTree } from './guest/system-tree.js'
import { copyOut } from './operations/copy-out.js'
import { planCopy } from './operations/copy-plan.js'
import { findFiles } from './operations/find-files.js'
import type { ImageSessions } from './operations/image-sessions.js'
import { type ImageView, requireEntry, viewImage } from './operations/image-view.js'
import { factsOf, listFolder } from './operations/list-folder.js'
import { viewFile } from './operations/read-file.js'
import type { Host } from './process/host.js'

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024

/** Looking into images with edits staged, on reads that are kept between the calls. */
export function createFilesApi(sessions: ImageSessions, bind: (signal: AbortSignal | undefined) => Host): FilesApi {
  const withView = <T>(path: string, { edits = [], signal }: Parameters<FilesApi['list']>[2] = {}, work: (view: ImageView) => Promise<T>) =>
    sessions.use(bind(signal), path, async (image) => work(await viewImage(image, edits)))
  return {
    tree: (path, signal) => sessions.use(bind(signal), path, (image) => image.tree()),
    list: (path, where, options) => withView(path, options, (view) => listFolder(view, where)),
    facts: (path, where, names, options) => withView(path, options, (view) => factsOf(view, where, names)),
    view: (path, place, { offset = 0, ...options } = {}) => withView(path, options, (view) => viewFile(view, place, offset)),
    read: (path, place, { maxBytes = DEFAULT_MAX_BYTES, ...options } = {}) =>
      withView(path, options, async (view) => {
        const { at } = await requireEntry(view, place)
        return (view.draft ?? view.image.files).read(at.partition, at.path, maxBytes)
      }),
    search: (path, where, query, options = {}) => withView(path, options, (view) => findFiles(view, where, query, options)),
    copyOut: (path, { items, folder, maxBytes }, { edits = [], signal } = {}) =>
      // Nothing of it is kept: files of any size would drive out what was read of folders.
      sessions.use(bind(signal), path, ({ source, info }) =>
        withReader(bind(signal), source, async (reader) => {
          const files = openGuestFiles(bind(signal), reader)
          const view = await viewImage({ source, info, files, tree: () => findSystemTree(files, info.partitions) }, edits)
          const plan = await planCopy(view, items, signal)
          if (plan.bytes > maxBytes)
            throw new AppError('guest-file-too-large', { details: { file: items[0]?.path ?? '', sizeBytes: plan.bytes, maxBytes } })
          await mkdir(folder, { recursive: true, mode: 0o700 })
          const id = randomBytes(6).toString('hex')
          return copyOut({ view, plan, folder, replace: false, keepModes: true, id, signal, sources: source.files })
        }),
      ),
  }
}
