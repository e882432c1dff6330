import type { ContainerLayer, DiskCandidate } from '#shared/containers/container-report'
import { type FoundDisk, rankDisks, setsOf } from '#shared/containers/candidates'
import { entryPath } from '#shared/containers/entry-name'
import { MergedTree } from '#shared/containers/layer-merge'
import { type LayerEntry, LayerTable } from '#shared/containers/layer-table'
import { AppError } from '#shared/errors/app-error'
import { ByteSource } from '../../guest/initramfs/byte-source.js'
import { createTurns } from '../../guest/volumes/turns.js'
import type { Host } from '../../process/host.js'
import type { ContainerSource } from './container-source.js'
import type { LayerCache } from './layer-cache.js'
import { type CountEntry, EntryBudget, MAX_ENTRIES } from './entry-budget.js'
import { finishLayer, openLayer } from './layer-stream.js'
import { type ProbeBudget, probeBudget, probeMember } from './probe-member.js'
import { RangeInput } from './range-input.js'
import { type LayerFindings, readLayer } from './read-layer.js'

const AT_ONCE = 3
const MAGIC_BYTES = 16

export interface IndexedLayer extends LayerFindings {
  readonly layer: ContainerLayer
  readBytes: number
}

/** What the files of an image are, as far as its layers were read; the uppermost layer is the last. */
export class ImageIndex {
  readonly layers: readonly IndexedLayer[]
  private readonly budget: ProbeBudget = probeBudget()
  private readonly names: EntryBudget
  private entries = 0
  private merged: { readonly entries: number; readonly tree: MergedTree } | null = null

  /** Grows whenever a disk is found, or known better. */
  finds = 0

  constructor(
    layers: readonly ContainerLayer[],
    private readonly onFound: () => void = () => {},
    maxEntries = MAX_ENTRIES,
  ) {
    this.names = new EntryBudget(maxEntries)
    this.layers = layers.map((layer) => ({ layer, readBytes: 0, table: new LayerTable(), found: [], notes: [] }))
  }

  get totalBytes(): number {
    return this.layers.reduce((sum, { layer }) => sum + layer.bytes, 0)
  }

  get readBytes(): number {
    return this.layers.reduce((sum, { readBytes }) => sum + readBytes, 0)
  }

  /** Files and folders of all layers; what one only takes away is none. */
  get size(): number {
    return this.layers.reduce((sum, { table }) => sum + table.size, 0)
  }

  get notes(): string[] {
    return this.layers.flatMap(({ notes }) => notes)
  }

  /** The files as a container sees them, whiteouts honoured. */
  tree(): MergedTree {
    if (this.merged?.entries !== this.entries) {
      const tree = new MergedTree(this.layers.map(({ table }) => table))
      this.merged = { entries: this.entries, tree }
    }
    return this.merged.tree
  }

  /** Disks that are visible, the most likely one first. */
  candidates(): DiskCandidate[] {
    const all = this.layers.flatMap(({ found }) => found)
    if (all.length === 0) return []
    const tree = this.tree()
    const visible = all.filter((disk) => disk.isBlob || this.isVisible(tree, disk))
    const paths = this.layers.flatMap(({ table }) => Array.from({ length: table.size }, (_, index) => table.pathAt(index)))
    return rankDisks(visible, {
      sets: setsOf(visible, new Set(paths)),
      has: (path) => tree.find(path) !== null,
      bytesOf: (path) => this.entryAt(tree, entryPath(path) ?? path)?.bytes ?? 0,
    })
  }

  private entryAt(tree: MergedTree, path: string): LayerEntry | null {
    const place = tree.find(path)
    return place === null || place === 'folder' ? null : (this.layers[place.layer]?.table.at(place.index) ?? null)
  }

  private isVisible(tree: MergedTree, { path, layer }: FoundDisk): boolean {
    const place = tree.find(path)
    return place !== null && place !== 'folder' && this.layers[place.layer]?.layer.digest === layer
  }

  /** Reads all layers, some at a time. Throws what `readLayer` and the source throw; the other layers are left then. */
  async read(host: Host, source: ContainerSource, cache: LayerCache | null, signal: AbortSignal): Promise<void> {
    const failed = new AbortController()
    const either = AbortSignal.any([signal, failed.signal])
    const inTurn = createTurns(AT_ONCE)
    let first: unknown
    await Promise.all(
      this.layers.map((layer) =>
        inTurn(async () => {
          if (either.aborted) return
          await this.readOne(host.bind({ signal: either }), source, layer, cache, either)
        }).catch((thrown: unknown) => {
          first ??= thrown
          failed.abort()
        }),
      ),
    )
    if (first !== undefined) throw first
    if (signal.aborted) throw new AppError('cancelled')
  }

  /** Reads one layer of what was opened already: what podman gives out. */
  async readOpened(host: Host, layer: IndexedLayer, input: ByteSource | undefined): Promise<void> {
    if (input === undefined) return
    try {
      await readLayer(this.reading(host, layer), input, layer)
      await finishLayer(input)
    } finally {
      await input.close()
    }
  }

  private reading(host: Host, { layer }: IndexedLayer) {
    return { host, digest: layer.digest, budget: this.budget, count: this.counter(), onFound: () => this.find() }
  }

  private find(): void {
    this.finds += 1
    this.onFound()
  }

  /** For one layer. */
  private counter(): CountEntry {
    const count = this.names.layer()
    return (path, link) => {
      this.entries += 1
      count(path, link)
    }
  }

  private async readOne(
    host: Host,
    source: ContainerSource,
    into: IndexedLayer,
    cache: LayerCache | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { layer } = into
    if (layer.kind === 'file') return this.readBlob(host, source, into, signal)
    const known = (await cache?.find(layer.digest)) ?? null
    if (known !== null) {
      const count = this.counter()
      for (let index = 0; index < known.table.size; index += 1) count(known.table.pathAt(index), known.table.linkAt(index))
      for (const path of [...known.table.whiteouts, ...known.table.opaques]) count(path)
      Object.assign(into, known)
      into.readBytes = layer.bytes
      if (known.found.length > 0) this.find()
      return
    }
    if (source.readBlobAt !== null && (await isPlain(source, layer, signal))) {
      const { readBlobAt } = source
      const read = (offset: number, length: number): Promise<Buffer> => readBlobAt(layer, offset, length, signal)
      await readLayer(this.reading(host, into), new RangeInput(read, layer.bytes, (bytes) => void (into.readBytes = bytes)), into)
    } else {
      await this.stream(host, source, into, signal)
      await cache?.keep(layer.digest, into)
    }
    into.readBytes = layer.bytes
  }

  private async stream(host: Host, source: ContainerSource, into: IndexedLayer, signal: AbortSignal): Promise<void> {
    const options = { signal, onBytes: (bytes: number) => void (into.readBytes = bytes) }
    await this.readOpened(host, into, await openLayer(host, source, into.layer, options))
  }

  /** A blob that is a file itself: its beginning tells. */
  private async readBlob(host: Host, source: ContainerSource, into: IndexedLayer, signal: AbortSignal): Promise<void> {
    const { layer } = into
    const path = blobPath(layer)
    this.counter()(path)
    into.table.add({ path, kind: 'file', bytes: layer.bytes, mode: 0o644, uid: 0, gid: 0, link: null })
    const stop = new AbortController()
    const input = new ByteSource(beginning(source, layer, AbortSignal.any([signal, stop.signal])))
    try {
      const file = { path: layer.title ?? layer.digest, layer: layer.digest, isBlob: true }
      const found = await probeMember(host, input, blobMember(layer), file, this.budget)
      if (found !== null) {
        into.found.push(found)
        this.find()
      }
    } finally {
      stop.abort()
      await input.close().catch(() => {})
    }
    into.readBytes = layer.bytes
  }
}

/** Where a blob of an artifact is shown among the files. */
export function blobPath({ title, digest }: Pick<ContainerLayer, 'title' | 'digest'>): string {
  const path = title === null ? null : entryPath(title)
  return path === null || path === '/' ? `/${digest}` : path
}

/** A blob that is a file, as a member of a tar would be. */
export function blobMember({ bytes, digest }: Pick<ContainerLayer, 'bytes' | 'digest'>) {
  const pieces = bytes === 0 ? [] : [{ offset: 0, length: bytes }]
  const none = { link: '', mode: 0o644, uid: 0, gid: 0, changedAt: null, dataAt: 0, isSparse: false }
  return { ...none, name: digest, kind: 'file' as const, storedBytes: bytes, sizeBytes: bytes, pieces }
}

/** The layer itself is a tar, and lies there as it is. */
async function isPlain(source: ContainerSource, layer: ContainerLayer, signal: AbortSignal): Promise<boolean> {
  if (layer.compression !== 'none' || source.readBlobAt === null) return false
  const head = await source.readBlobAt(layer, 0, 512, signal)
  return head.length < MAGIC_BYTES || head.subarray(257, 262).toString('latin1') === 'ustar'
}

async function* beginning(source: ContainerSource, layer: ContainerLayer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { readBlobAt } = source
  if (readBlobAt === null) {
    yield* source.blob(layer, { signal })
    return
  }
  const step = 128 * 1024
  for (let at = 0; at < layer.bytes; ) {
    const bytes = await readBlobAt(layer, at, Math.min(step, layer.bytes - at), signal)
    if (bytes.length === 0) return
    at += bytes.length
    yield bytes
  }
}
