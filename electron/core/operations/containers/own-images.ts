import path from 'node:path'
import { z } from 'zod'
import type { ContainerReference } from '#shared/containers/reference'
import { readJson, writeJsonDurably } from '../../files/durable-json.js'
import { listImages } from '../../tools/podman/images.js'
import { inspectLocalImages } from '../../tools/podman/inspect-image.js'
import type { JobContext } from '../job-context.js'
import { storedName } from './storage-source.js'

const MAX_KEPT = 1000
const fileSchema = z.object({ version: z.literal(1), images: z.array(z.string()) })

/**
 * Which images of podman's storage Diskwright put there on this machine, by their ids. A label does not tell: an image that somebody else made with Diskwright bears it
 * too, and belongs to the user who pulled it.
 */
export class OwnImages {
  private readonly file: string

  constructor(stateDir: string) {
    this.file = path.join(stateDir, 'containers', 'own-images.json')
  }

  list(): ReadonlySet<string> {
    const read = readJson(this.file)
    return new Set(read.state === 'ok' ? (fileSchema.safeParse(read.value).data?.images ?? []) : [])
  }

  record(id: string): void {
    const others = [...this.list()].filter((one) => one !== id)
    writeJsonDurably(this.file, { version: 1, images: [id, ...others].slice(0, MAX_KEPT) })
  }
}

/** Does what puts an image into podman's storage, and remembers it as Diskwright's where no such image was there before. */
export async function recordMade<T>(ctx: JobContext, reference: ContainerReference, work: () => Promise<T>): Promise<T> {
  const { host } = ctx
  if (!host.has('podman')) return work()
  const before = await listImages(host)
  const made = await work()
  try {
    const [image] = await inspectLocalImages(host, [storedName(reference)])
    if (image && !before.some(({ id }) => id === image.id)) new OwnImages(host.dirs.state).record(image.id)
  } catch (thrown) {
    // It is there and whole; a prune will not offer it, which harms nothing.
    ctx.log(`That it was made here could not be noted: ${String(thrown)}`)
  }
  return made
}
