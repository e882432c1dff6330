import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'
import { COMPRESSIONS } from '#shared/archives/compression'
import type { FoundDisk } from '#shared/containers/candidates'
import { LayerTable, layerTableSchema } from '#shared/containers/layer-table'
import { DIGEST } from '#shared/containers/reference'
import { IMAGE_FORMATS } from '#shared/images/formats'
import type { LayerFindings } from './read-layer.js'

const [pack, unpack] = [promisify(gzip), promisify(gunzip)]
/** Another form of what is kept is another name: nothing old is ever read as something else. */
const VERSION = 'v1'
const MAX_BYTES = 64 * 1024 ** 2
const MAX_ONE_BYTES = 256 * 1024 ** 2

const foundSchema = z.object({
  path: z.string(),
  layer: z.string(),
  bytes: z.number(),
  label: z.string(),
  format: z.enum(IMAGE_FORMATS),
  variant: z.string(),
  virtualBytes: z.number().nullable(),
  compression: z.enum(COMPRESSIONS).nullable(),
  needs: z.array(z.string()),
  isBootableIso: z.boolean(),
  isBlob: z.boolean(),
}) satisfies z.ZodType<FoundDisk>
const findingsSchema = z.object({ table: layerTableSchema, found: z.array(foundSchema), notes: z.array(z.string()) })

/** What was found in layers that were read to their end: a digest never stands for anything else. May be removed at any time. */
export class LayerCache {
  private readonly folder: string

  constructor(cacheDir: string) {
    this.folder = path.join(cacheDir, 'containers', 'layers')
  }

  /** Null where it is not known, or cannot be read. */
  async find(digest: string): Promise<LayerFindings | null> {
    if (!DIGEST.test(digest)) return null
    const file = this.fileOf(digest)
    try {
      const text = await unpack(await readFile(file), { maxOutputLength: MAX_ONE_BYTES })
      const { table, found, notes } = findingsSchema.parse(JSON.parse(text.toString('utf8')))
      const now = new Date()
      await utimes(file, now, now).catch(() => {})
      return { table: LayerTable.fromData(table), found, notes }
    } catch {
      return null
    }
  }

  /** What cannot be kept is only slower the next time. */
  async keep(digest: string, { table, found, notes }: LayerFindings): Promise<void> {
    if (!DIGEST.test(digest)) return
    const temporary = `${this.fileOf(digest)}.${process.pid}`
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      const packed = await pack(JSON.stringify({ table: table.toData(), found, notes }), { level: 1 })
      await writeFile(temporary, packed, { mode: 0o600 })
      await rename(temporary, this.fileOf(digest))
      await this.prune()
    } catch {
      await rm(temporary, { force: true })
    }
  }

  private fileOf(digest: string): string {
    return path.join(this.folder, `${digest.replace(':', '-')}.${VERSION}.json.gz`)
  }

  /** The ones that were not used for longest go first. */
  private async prune(): Promise<void> {
    const names = await readdir(this.folder)
    const files = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.folder, name)
        const stats = await stat(file).catch(() => null)
        return { file, bytes: stats?.size ?? 0, usedAt: stats?.mtimeMs ?? 0 }
      }),
    )
    let sum = 0
    for (const { file, bytes } of files.sort((one, other) => other.usedAt - one.usedAt)) {
      sum += bytes
      if (sum > MAX_BYTES) await rm(file, { force: true })
    }
  }
}
