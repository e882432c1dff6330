import type { ContainerEntry } from './container-report.js'
import { baseOf, entryPath, parentOf } from './entry-name.js'
import type { LayerTable } from './layer-table.js'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
/** Other names that AUFS keeps for itself; they are no files of the image. */
const AUFS = '.wh..wh.'

export type EntryRole =
  | { readonly role: 'entry' }
  /** Takes `path` away, with all below it. */
  | { readonly role: 'whiteout'; readonly path: string }
  /** Hides what the layers below have in `path`. */
  | { readonly role: 'opaque'; readonly path: string }
  | { readonly role: 'ignored' }

/** What an entry does to the layers below (OCI image-spec, layer.md, "Whiteouts"). */
export function roleOf(path: string): EntryRole {
  const name = baseOf(path)
  const folder = parentOf(path)
  if (name === OPAQUE) return { role: 'opaque', path: folder }
  if (name.startsWith(AUFS)) return { role: 'ignored' }
  if (!name.startsWith(WHITEOUT)) return { role: 'entry' }
  const hidden = name.slice(WHITEOUT.length)
  if (hidden === '' || hidden === '.' || hidden === '..') return { role: 'ignored' }
  return { role: 'whiteout', path: folder === '/' ? `/${hidden}` : `${folder}/${hidden}` }
}

/** An entry of a layer; both count from 0. */
export interface EntryPlace {
  readonly layer: number
  readonly index: number
}

/** No layer that is read has more entries. */
const LAYER_SHIFT = 2 ** 21
const IMPLIED = -1

class Folder {
  readonly children = new Map<string, number | Folder>()
  constructor(public place: number) {}
}

/** The files of an image as a container sees them. */
export class MergedTree {
  private readonly root = new Folder(IMPLIED)
  private count = 0

  constructor(private readonly layers: readonly LayerTable[]) {
    for (const [number, layer] of layers.entries()) this.apply(layer, number)
  }

  /** Files and folders; those that no layer names for themselves are not counted. */
  get size(): number {
    return this.count
  }

  /** Null where there is no such folder. */
  list(folder: string): ContainerEntry[] | null {
    const found = this.nodeAt(folder)
    if (!(found instanceof Folder)) return null
    return [...found.children].map(([name, node]) => this.describe(name, node)).sort((one, other) => compareNames(one.name, other.name))
  }

  /** What stands at a path: an entry, a folder that only its files imply, or nothing. */
  find(path: string): EntryPlace | 'folder' | null {
    const node = this.nodeAt(path)
    if (node === null) return null
    if (node instanceof Folder) return 'folder'
    return { layer: Math.floor(node / LAYER_SHIFT), index: node % LAYER_SHIFT }
  }

  private apply(layer: LayerTable, number: number): void {
    // These are about the layers below alone, wherever in the tar they stand.
    for (const path of layer.whiteouts) this.remove(path)
    for (const path of layer.opaques) {
      const folder = this.nodeAt(path)
      if (folder instanceof Folder) this.clear(folder)
    }
    for (let index = 0; index < layer.size; index += 1) this.put(layer, number, index)
  }

  private put(layer: LayerTable, number: number, index: number): void {
    const path = layer.pathAt(index)
    const kind = layer.kindAt(index)
    const place = number * LAYER_SHIFT + index
    if (path === '/') {
      if (kind === 'folder') this.root.place = place
      return
    }
    // A hard link is looked up before its own name is taken: it may have replaced what it names.
    const linked = kind === 'hardlink' ? this.nodeAt(entryPath(layer.linkAt(index) ?? '') ?? '') : null
    const folder = this.folderFor(parentOf(path))
    const name = baseOf(path)
    const before = folder.children.get(name)
    if (kind === 'folder' && before instanceof Folder) {
      if (before.place === IMPLIED) this.count += 1
      before.place = place
      return
    }
    if (before instanceof Folder) this.clear(before)
    if (before === undefined || (before instanceof Folder && before.place === IMPLIED)) this.count += 1
    folder.children.set(name, kind === 'folder' ? new Folder(place) : typeof linked === 'number' ? linked : place)
  }

  /** With all folders above it; a file that stands where one belongs gives way. */
  private folderFor(path: string): Folder {
    let folder = this.root
    for (const name of partsOf(path)) {
      const next = folder.children.get(name)
      if (next instanceof Folder) {
        folder = next
        continue
      }
      if (next !== undefined) this.count -= 1
      const made = new Folder(IMPLIED)
      folder.children.set(name, made)
      folder = made
    }
    return folder
  }

  private nodeAt(path: string): number | Folder | null {
    let node: number | Folder = this.root
    for (const name of partsOf(path)) {
      const next: number | Folder | undefined = node instanceof Folder ? node.children.get(name) : undefined
      if (next === undefined) return null
      node = next
    }
    return node
  }

  private remove(path: string): void {
    const folder = this.nodeAt(parentOf(path))
    if (!(folder instanceof Folder) || path === '/') return
    const node = folder.children.get(baseOf(path))
    if (node === undefined) return
    if (node instanceof Folder) this.clear(node)
    if (!(node instanceof Folder) || node.place !== IMPLIED) this.count -= 1
    folder.children.delete(baseOf(path))
  }

  private clear(folder: Folder): void {
    for (const node of folder.children.values()) {
      if (node instanceof Folder) this.clear(node)
      if (!(node instanceof Folder) || node.place !== IMPLIED) this.count -= 1
    }
    folder.children.clear()
  }

  private describe(name: string, node: number | Folder): ContainerEntry {
    const place = node instanceof Folder ? node.place : node
    if (place === IMPLIED) return { name, kind: 'folder', bytes: 0, mode: 0o755, uid: 0, gid: 0, link: null }
    const { path: _, kind, ...facts } = this.layers[Math.floor(place / LAYER_SHIFT)]?.at(place % LAYER_SHIFT) ?? NOTHING
    // A hard link that leads nowhere stands for itself.
    return { name, ...facts, kind: kind === 'hardlink' ? 'other' : kind }
  }
}

const NOTHING = { path: '/', kind: 'other' as const, bytes: 0, mode: 0, uid: 0, gid: 0, link: null }

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}

function compareNames(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
