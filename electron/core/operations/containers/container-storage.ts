import type { ContainerStorage, StoredContainer, StoredImage } from '#shared/containers/container-requests'
import { AppError, toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { isBootable } from '#shared/containers/bootable-labels'
import type { Host } from '../../process/host.js'
import { type LocalContainer, listContainers } from '../../tools/podman/containers.js'
import { type LocalImage, listImages } from '../../tools/podman/images.js'
import { readPodmanInfo } from '../../tools/podman/info.js'
import { inspectLocalImages } from '../../tools/podman/inspect-image.js'
import { removeContainer } from '../../tools/podman/remove-container.js'
import { removeImage } from '../../tools/podman/remove-image.js'
import { OwnImages } from './own-images.js'
import { isOwnContainer, isOwnerAlive, OWNER_LABEL } from './own-labels.js'

const FULL_ID = /^[0-9a-f]{64}$/

/** Images and containers of podman on this machine. Never throws but `cancelled`: what podman cannot tell is `problem`, in words. */
export async function readStorage(host: Host, signal?: AbortSignal): Promise<ContainerStorage> {
  const asked = signal ? host.bind({ signal }) : host
  try {
    const [info, images, containers] = await Promise.all([
      readPodmanInfo(asked),
      listImages(asked),
      listContainers(asked, { measure: true }),
    ])
    const inspected = await inspectLocalImages(
      asked,
      images.map((image) => image.id),
    )
    const own = new OwnImages(host.dirs.state).list()
    const architectures = new Map(inspected.map((image) => [image.id, image.architecture]))
    return {
      problem: null,
      root: info.root,
      driver: info.driver,
      images: images.map((image) => ({
        ...storedImage(image, architectures.get(image.id) ?? null, containers),
        isOurs: own.has(image.id),
      })),
      containers: containers.map(storedContainer),
    }
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'cancelled') throw error
    const isToolMissing = error.code === 'tool-missing'
    return { problem: problemOf(error), isToolMissing, root: null, driver: null, images: [], containers: [] }
  }
}

/**
 * Removes what is named by its full id, nothing by force. Containers go first, so that an image which only they used can go too. Returns what could
 * not be removed, and why, in words. Throws `bad-input` for what is no id.
 */
export async function removeStored(
  host: Host,
  what: { readonly images: readonly string[]; readonly containers: readonly string[] },
): Promise<{ id: string; reason: string }[]> {
  const odd = [...what.images, ...what.containers].find((id) => !FULL_ID.test(id))
  if (odd !== undefined)
    throw new AppError('bad-input', { details: { reason: `${odd.slice(0, 100)} is no full id of an image or container` } })
  const left: { id: string; reason: string }[] = []
  const attempt = async (id: string, remove: () => Promise<string | undefined>): Promise<void> => {
    const reason = await remove().catch((thrown: unknown) => reasonOf(toAppError(thrown)))
    if (reason !== undefined) left.push({ id, reason })
  }
  const containers = await listContainers(host)
  for (const id of new Set(what.containers)) {
    const container = containers.find((one) => one.id === id)
    await attempt(id, async () => {
      if (!container) return 'It is not there any more'
      if (container.state === 'running' || container.state === 'paused') return 'It runs; stop it first'
      await removeContainer(host, id)
    })
  }
  const users = await listContainers(host)
  const images = await listImages(host)
  for (const id of new Set(what.images)) {
    const image = images.find((one) => one.id === id)
    await attempt(id, async () => {
      if (!image) return 'It is not there any more'
      const names = users.filter(({ imageId }) => imageId === id).map(({ name }) => name)
      if (names.length > 0) return `${names.join(', ')} ${names.length === 1 ? 'uses' : 'use'} it`
      // podman removes an image of several names by its id only with force: name by name it goes with the last one.
      for (const name of image.names.length > 1 ? image.names : [id]) await removeImage(host, name)
    })
  }
  return left
}

/** What a prune removes: what Diskwright made on this machine and no running process of it still uses. Throws what keeps podman from telling. */
export async function listPrunable(host: Host): Promise<{ images: string[]; containers: string[]; bytes: number }> {
  const all = await listContainers(host, { measure: true })
  const containers = all.filter((one) => isOwnContainer(one) && !isOwnerAlive(one.labels[OWNER_LABEL] ?? ''))
  const kept = new Set(all.filter((one) => !containers.includes(one)).map(({ imageId }) => imageId))
  const own = new OwnImages(host.dirs.state).list()
  const images = (await listImages(host)).filter(({ id }) => own.has(id) && !kept.has(id))
  const bytes = [...images, ...containers].reduce((sum, one) => sum + (one.bytes ?? 0), 0)
  return { images: images.map(({ id }) => id), containers: containers.map(({ id }) => id), bytes }
}

function storedImage(image: LocalImage, architecture: string | null, containers: readonly LocalContainer[]): Omit<StoredImage, 'isOurs'> {
  return {
    id: image.id,
    references: image.names.map((name) => `containers-storage:${name}`),
    bytes: image.bytes,
    createdAt: image.createdAt,
    architecture,
    labels: { ...image.labels },
    isBootable: isBootable(image.labels),
    usedBy: containers.filter(({ imageId }) => imageId === image.id).map(({ name }) => name),
  }
}

function storedContainer({ id, name, image, state, bytes, createdAt, labels }: LocalContainer): StoredContainer {
  return { id, name, image, state, bytes, createdAt, isOurs: isOwnContainer({ name, labels }) }
}

function problemOf(error: AppError): string {
  if (error.code === 'tool-missing') return 'podman is not installed. Install the package podman to see its images and containers here.'
  return `podman cannot tell what it has: ${reasonOf(error)}`
}

/** What podman says itself, in its last line; our own words for all else. */
function reasonOf({ data }: AppError): string {
  const said = data.toolOutput?.split('\n').findLast((line) => line.trim() !== '') ?? ''
  return said === '' ? describeError(data).title : said.replace(/^Error: /, '')
}
