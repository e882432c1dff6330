import { randomUUID } from 'node:crypto'
import type { ContainerEntry, ContainerIndex, ContainerLayer } from '#shared/containers/container-report'
import { entryPath } from '#shared/containers/entry-name'
import { imageKind } from '#shared/containers/image-kind'
import { parseReference, printReference } from '#shared/containers/reference'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { IndexRequest } from '../../containers-api.js'
import { ByteSource } from '../../guest/initramfs/byte-source.js'
import type { Host } from '../../process/host.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import { chooseImage } from './choose-image.js'
import { ImageIndex } from './index-image.js'
import { LayerCache } from './layer-cache.js'
import { openContainerSource } from './open-container-source.js'
import { requireStoredImage } from './storage-source.js'
import { openStoredFiles } from './stored-files.js'

const MAX_OPEN = 8
/** At most five times a second. */
const TELL_MS = 200

export interface IndexDeps {
  readonly host: Host
  readonly signIns: SignInStore
}

interface OpenIndex {
  readonly stop: AbortController
  /** Never rejects. */
  ended: Promise<void>
  image: ImageIndex | null
  shown: ContainerIndex
  error: AppError | null
  /** How many finds `shown` knows of. */
  toldFinds: number
}

/** Images that are looked into. Each is kept until it is closed. */
export class ContainerIndexes {
  private readonly indexes = new Map<string, OpenIndex>()
  private readonly listeners = new Set<(index: ContainerIndex) => void>()
  private readonly cache: LayerCache

  constructor(private readonly deps: IndexDeps) {
    this.cache = new LayerCache(deps.host.dirs.cache)
  }

  /** Begins to look into an image. Throws `bad-input` for a reference that is none, or when too many are open. */
  open(request: IndexRequest): ContainerIndex {
    const reference = printReference(parseReference(request.reference))
    if (this.indexes.size >= MAX_OPEN)
      throw new AppError('bad-input', { details: { reference, reason: `${MAX_OPEN} images are looked into already; close one` } })
    const id = randomUUID()
    const stop = new AbortController()
    const shown: ContainerIndex = {
      id,
      reference,
      digest: request.digest ?? '',
      state: 'reading',
      readBytes: 0,
      totalBytes: 0,
      entries: 0,
      candidates: [],
      notes: [],
    }
    const index: OpenIndex = { stop, ended: Promise.resolve(), image: null, shown, error: null, toldFinds: 0 }
    this.indexes.set(id, index)
    index.ended = this.run(index, request)
    return shown
  }

  onIndex(listener: (index: ContainerIndex) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Resolves when it reads no more. Throws why it failed. */
  async wait(id: string): Promise<ContainerIndex> {
    const index = this.required(id)
    await index.ended
    if (index.error !== null) throw index.error
    return index.shown
  }

  close(id: string): void {
    this.indexes.get(id)?.stop.abort()
    this.indexes.delete(id)
  }

  /** What is known so far of a folder. Throws `bad-input` for an id that is not open, or a path that is no folder. */
  list(id: string, folder: string): ContainerEntry[] {
    const { image } = this.required(id)
    const path = entryPath(folder)
    const entries = path === null || image === null ? null : image.tree().list(path)
    if (entries !== null) return entries
    if (image === null || path === '/') return []
    throw new AppError('bad-input', { details: { path: folder, reason: `there is no folder ${folder} in the image` } })
  }

  async closeAll(): Promise<void> {
    const all = [...this.indexes.values()]
    for (const { stop } of all) stop.abort()
    this.indexes.clear()
    await Promise.all(all.map(({ ended }) => ended))
  }

  private required(id: string): OpenIndex {
    const index = this.indexes.get(id)
    if (index === undefined) throw new AppError('bad-input', { details: { reason: 'this image is not looked into any more' } })
    return index
  }

  private async run(index: OpenIndex, request: IndexRequest): Promise<void> {
    const { signal } = index.stop
    const timer = setInterval(() => this.tell(index), TELL_MS)
    try {
      await this.read(index, request, signal)
      index.shown = { ...index.shown, state: 'done' }
    } catch (thrown) {
      index.error = signal.aborted ? new AppError('cancelled') : toAppError(thrown)
      index.shown = { ...index.shown, ...(signal.aborted ? { state: 'stopped' } : { state: 'failed', error: index.error.data }) }
    } finally {
      clearInterval(timer)
      this.tell(index)
    }
  }

  private async read(index: OpenIndex, request: IndexRequest, signal: AbortSignal): Promise<void> {
    const host = this.deps.host.bind({ signal })
    const reference = parseReference(request.reference)
    const source = await openContainerSource({ host, signIns: this.deps.signIns }, request.reference, request.access ?? {})
    try {
      const chosen = await chooseImage(source, { digest: request.digest, platform: request.platform })
      const isStored = reference.transport === 'containers-storage'
      const layers = isStored ? [storedLayer(chosen.digest)] : imageKind(chosen.manifest).layers
      let isFirst = true
      const image = new ImageIndex(layers, () => {
        // The first disk is told at once: people wait for it. All others come with the next round.
        if (isFirst) this.tell(index)
        isFirst = false
      })
      index.image = image
      index.shown = { ...index.shown, digest: chosen.digest, totalBytes: image.totalBytes }
      if (isStored) await readStored(host, image, (await requireStoredImage(host, reference)).id)
      else await image.read(host, source, this.cache, signal)
    } finally {
      await source.close()
    }
  }

  private tell(index: OpenIndex): void {
    const { image, shown } = index
    if (image !== null) {
      const { readBytes, size: entries, notes } = image
      // What upper layers hide is known at the end; before, only a find is worth the look at all files.
      const isNews = image.finds !== index.toldFinds || shown.state === 'done'
      index.toldFinds = image.finds
      index.shown = { ...shown, readBytes, entries, notes, candidates: isNews ? image.candidates() : shown.candidates }
    }
    if (!this.indexes.has(shown.id)) return
    for (const listener of this.listeners) listener(index.shown)
  }
}

/** All files of a stored image; podman has them unpacked, and gives them out as one. */
function storedLayer(digest: string): ContainerLayer {
  return { digest, mediaType: '', bytes: 0, compression: 'none', kind: 'tar', title: null }
}

async function readStored(host: Host, image: ImageIndex, imageId: string): Promise<void> {
  const files = await openStoredFiles(host, { imageId, jobId: null })
  try {
    const [layer] = image.layers
    if (layer) await image.readOpened(host, layer, new ByteSource(files.all()))
  } finally {
    await files.close()
  }
}
