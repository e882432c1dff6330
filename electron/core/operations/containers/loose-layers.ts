import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { ContainerPlatform } from '#shared/containers/container-report'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { AppError } from '#shared/errors/app-error'
import { othersBringingLayers } from '../../process/container-programs.js'
import type { Host } from '../../process/host.js'
import { imageExists } from '../../tools/podman/image-exists.js'
import { readPodmanInfo } from '../../tools/podman/info.js'
import { removeImage } from '../../tools/podman/remove-image.js'
import { copyImage } from '../../tools/skopeo/copy.js'
import type { JobContext } from '../job-context.js'
import { chooseImage } from './choose-image.js'
import type { ContainerSource } from './container-source.js'

/** Of `layers.json`, `images.json` and `containers.json` of containers/storage. */
const recordsSchema = z.array(
  z.object({
    id: z.string(),
    parent: z.string().optional(),
    layer: z.string().optional(),
    'mapped-layers': z.array(z.string()).optional(),
  }),
)
type Records = z.infer<typeof recordsSchema>
type Wish = { readonly [K in keyof ContainerPlatform]?: ContainerPlatform[K] | undefined }

/** What jobs of this program bring now. */
const arriving = new Set<readonly string[]>()

/**
 * Does what brings the layers of an image into podman's storage. They come one by one, and the image after them: where that breaks off they would stay for good, and podman
 * shows them nowhere. With the job, or with the next start, those that no image uses are removed, as far as they are surely of this job: not what lay there before, and
 * nothing that anybody else may be bringing. `diffIds`: of the layers, the lowest first.
 */
export async function whileLayersArrive<T>(ctx: JobContext, diffIds: readonly string[], work: () => Promise<T>): Promise<T> {
  if (diffIds.length === 0 || !ctx.host.has('podman')) return work()
  const ours = [...diffIds]
  const isShared = othersOf(ours).length > 0
  arriving.add(ours)
  ctx.defer(() => void arriving.delete(ours))
  if (!isShared && (await looseDepth(ctx.host, ours)) > 0 && othersOf(ours).length === 0) {
    arriving.delete(ours)
    return work()
  }
  const release = ctx.claim('container-layers', ours.join(' '))
  // After a cancel the job's own host runs nothing any more.
  const cleaner = ctx.host.bind({ signal: new AbortController().signal })
  let isDone = false
  ctx.defer(async () => {
    arriving.delete(ours)
    const others = othersOf(ours)
    // Whoever brings the very same clears them away, should it break off as well.
    if (isDone || others.some((other) => other.join() === ours.join())) return release()
    if (others.length > 0) return ctx.log('Layers that did not become an image stay until the next start: another job brings some of them')
    await removeLooseLayers(cleaner, ours)
    release()
  })
  const made = await work()
  isDone = true
  return made
}

/** Those that stand on the same layer. */
function othersOf(diffIds: readonly string[]): readonly (readonly string[])[] {
  return [...arriving].filter((other) => other !== diffIds && other[0] === diffIds[0])
}

/** Of the image that podman or skopeo will choose; none where that cannot be told beforehand, or where it has none, as an artifact. Throws `cancelled`. */
export async function diffIdsOf(source: ContainerSource, platform: Wish | undefined): Promise<readonly string[]> {
  const wish = Object.entries(platform ?? {}).filter(([, value]) => value !== undefined)
  try {
    return (await chooseImage(source, { platform: Object.fromEntries(wish) })).config?.diffIds ?? []
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code !== 'cancelled') return []
    throw thrown
  }
}

/** Ids of layers in containers/storage, the lowest first: each is made of all that lie below it (containers/image, storage_dest.go, `commitLayer`). */
export function layerIds(diffIds: readonly string[]): string[] {
  const ids: string[] = []
  for (const diffId of diffIds) {
    const hex = diffId.replace('sha256:', '')
    const below = ids.at(-1)
    ids.push(below === undefined ? hex : createHash('sha256').update(`${below}+${hex}`).digest('hex'))
  }
  return ids
}

/** Whether layers of these lie in podman's storage that no image and no container uses. Throws `tool-missing`, `tool-failed`, and while others may bring them. */
export async function hasLooseLayers(host: Host, diffIds: readonly string[]): Promise<boolean> {
  const isThere = (await looseDepth(host, diffIds)) > 0 || (await imageExists(host, gripOf(diffIds)))
  if (isThere) requireAlone(host)
  return isThere
}

/**
 * Removes them. Nothing but the end of an image takes layers away, so they get one for that moment. Layers that others use too stay. Throws as `hasLooseLayers`.
 */
export async function removeLooseLayers(host: Host, diffIds: readonly string[]): Promise<void> {
  const depth = await looseDepth(host, diffIds)
  if (depth > 0) {
    requireAlone(host)
    await nameThem(host, diffIds.slice(0, depth), gripOf(diffIds))
  }
  if (await imageExists(host, gripOf(diffIds))) await removeImage(host, gripOf(diffIds))
}

/** A layer tells nobody who brings it: what podman of a user is just pulling looks the same. */
function requireAlone(host: Host): void {
  const others = othersBringingLayers(host.env)
  if (others.length > 0) throw new Error(`layers are left for the next start, ${others.join(', ')} may need them`)
}

/** Known from the layers alone, so that the next try finds one that a crash left. */
function gripOf(diffIds: readonly string[]): string {
  return `localhost/diskwright-loose:${(layerIds(diffIds).at(-1) ?? '').slice(0, 32)}`
}

/** How many layers, from the lowest, the uppermost loose one stands on, itself counted; 0 where none is loose. */
async function looseDepth(host: Host, diffIds: readonly string[]): Promise<number> {
  const { root, driver } = await readPodmanInfo(host)
  const read = (kind: string): Promise<Records> => readRecords(path.join(root, `${driver}-${kind}`, `${kind}.json`))
  const [layers, images, containers] = await Promise.all([read('layers'), read('images'), read('containers')])
  const loose = looseOf(layers, [...images, ...containers])
  return layerIds(diffIds).findLastIndex((id) => loose.has(id)) + 1
}

/** Layers on which nothing of `users` stands. */
export function looseOf(layers: Records, users: Records): ReadonlySet<string> {
  const parents = new Map(layers.map(({ id, parent }) => [id, parent]))
  const loose = new Set(parents.keys())
  for (const top of users.flatMap(({ layer, 'mapped-layers': mapped = [] }) => [layer, ...mapped])) {
    for (let id = top; id !== undefined && loose.delete(id); id = parents.get(id));
  }
  return loose
}

async function readRecords(file: string): Promise<Records> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text === '' ? [] : recordsSchema.parse(JSON.parse(text))
}

/** An image of nothing but layers that are in the storage: skopeo finds them there by their digests, and asks for no bytes. */
async function nameThem(host: Host, diffIds: readonly string[], name: string): Promise<void> {
  await mkdir(host.dirs.cache, { recursive: true })
  const folder = await mkdtemp(path.join(host.dirs.cache, 'loose-'))
  try {
    await writeFile(path.join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
    await mkdir(path.join(folder, 'blobs/sha256'), { recursive: true })
    const put = async (mediaType: string, content: object): Promise<{ mediaType: string; digest: string; size: number }> => {
      const text = JSON.stringify(content)
      const hex = createHash('sha256').update(text).digest('hex')
      await writeFile(path.join(folder, 'blobs/sha256', hex), text)
      return { mediaType, digest: `sha256:${hex}`, size: text.length }
    }
    const config = await put(MEDIA_TYPES.config, { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: diffIds } })
    const layers = diffIds.map((digest) => ({ mediaType: MEDIA_TYPES.layer, digest, size: 0 }))
    const manifest = await put(MEDIA_TYPES.manifest, { schemaVersion: 2, mediaType: MEDIA_TYPES.manifest, config, layers })
    await writeFile(path.join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
    await copyImage(host, {
      from: { image: `oci:${folder}`, registry: null },
      to: { image: `containers-storage:${name}`, registry: null },
      platform: { os: 'linux', architecture: 'amd64' },
      isOwn: true,
      temporaryFolder: folder,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
