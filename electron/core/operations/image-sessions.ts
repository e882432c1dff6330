import type { ImageInfo } from '#shared/images/image-info'
import type { OsTree } from '#shared/images/os-tree'
import { cachedFiles, FileCache } from '../guest/cached-files.js'
import { type ImageFiles, openGuestFiles } from '../guest/guest-files.js'
import { withReader } from '../guest/reader.js'
import { type ImageSource, openSource } from '../guest/source.js'
import { findSystemTree } from '../guest/system-tree.js'
import type { Host } from '../process/host.js'
import type { RecentReadings } from './recent-readings.js'

const KEPT_IMAGES = 8
const TREE_BYTES = 8192

/** An image to read from: what is known of it, and its files. */
export interface OpenImage {
  readonly source: ImageSource
  readonly info: ImageInfo
  readonly files: ImageFiles
  /** The tree that the system in it sees; null where none is found. */
  tree(): Promise<OsTree | null>
}

/**
 * Reads that are asked for again and again while a user stages edits. What was read once of an unchanged image is kept in memory, so
 * that a preview costs no process; a reader is opened at the first read that is not known, and closed with the call.
 */
export class ImageSessions {
  private readonly caches = new Map<string, FileCache>()

  constructor(private readonly readings: RecentReadings) {}

  async use<T>(host: Host, imagePath: string, work: (image: OpenImage) => Promise<T>): Promise<T> {
    const source = await openSource(imagePath)
    const { info } = await this.readings.read(host, imagePath)
    const inUse = info.warnings.some((warning) => warning.code === 'image-in-use')
    const cache = inUse ? new FileCache() : this.cacheOf(`${source.path}\n${source.revision}`)
    const lazy = openLazily(host, source)
    try {
      const files = cachedFiles(lazy.files, cache)
      const tree = () =>
        cache.get(
          'system tree',
          () => findSystemTree(files, info.partitions),
          () => TREE_BYTES,
        )
      return await work({ source, info, files, tree })
    } finally {
      await lazy.close()
    }
  }

  private cacheOf(key: string): FileCache {
    const cache = this.caches.get(key) ?? new FileCache()
    this.caches.delete(key)
    this.caches.set(key, cache)
    const [oldest] = this.caches.keys()
    if (this.caches.size > KEPT_IMAGES && oldest !== undefined) this.caches.delete(oldest)
    return cache
  }
}

/** The files of an image, opened when they are first asked for. */
function openLazily(host: Host, source: ImageSource): { files: () => Promise<ImageFiles>; close: () => Promise<void> } {
  let opened: Promise<ImageFiles> | undefined
  let reading: Promise<void> | undefined
  let finish = (): void => {}
  const closed = new Promise<void>((resolve) => {
    finish = resolve
  })
  const open = (): Promise<ImageFiles> =>
    new Promise<ImageFiles>((resolve, reject) => {
      reading = withReader(host, source, async (reader) => {
        resolve(openGuestFiles(host, reader))
        await closed
      })
      reading.catch(reject)
    })
  return {
    files: () => {
      opened ??= open()
      return opened
    },
    close: async () => {
      finish()
      await reading?.catch(() => {})
    },
  }
}
