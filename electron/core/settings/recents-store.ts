import { access } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { ImageInfo } from '#shared/images/image-info'
import { type RecentImage, recentImageSchema } from '#shared/settings/settings'
import type { RecentsApi } from '../core-api.js'
import { readJson, writeJsonDurably } from '../files/durable-json.js'
import type { Logger } from '../log/logger.js'

const MAX_RECENTS = 30
const fileSchema = z.array(z.unknown())

/** Images that were opened, the last one first, in `recents.json` of `folder`. Losing it is never an error. */
export function createRecentsStore({ folder, log }: { readonly folder: string; readonly log: Logger }): RecentsApi {
  const file = path.join(folder, 'recents.json')

  /** Read anew each time: the window and the CLI share the file. */
  function read(): RecentImage[] {
    const found = readJson(file)
    if (found.state === 'damaged') log.warn('recents.damaged', { file, keptAs: found.keptAs, reason: found.reason })
    const rows = found.state === 'ok' ? (fileSchema.safeParse(found.value).data ?? []) : []
    return rows.flatMap((row) => recentImageSchema.safeParse(row).data ?? [])
  }

  function write(recents: readonly RecentImage[]): void {
    try {
      writeJsonDurably(file, recents.slice(0, MAX_RECENTS))
    } catch (error) {
      log.warn('recents.not-written', { file, error: String(error) })
    }
  }

  return {
    async list() {
      return Promise.all(read().map(async (recent) => ({ ...recent, exists: await isThere(recent.path) })))
    },
    add(info) {
      write([describe(info), ...read().filter((recent) => recent.path !== info.path)])
    },
    remove(image) {
      write(read().filter((recent) => recent.path !== image))
    },
  }
}

function describe(info: ImageInfo): RecentImage {
  return {
    path: info.path,
    openedAt: new Date().toISOString(),
    format: info.format,
    virtualBytes: info.virtualBytes,
    onDiskBytes: info.onDiskBytes,
    osName: info.osName,
    ignitionPlatform: info.ignitionPlatform,
    exists: true,
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
