import type { GuestEntry } from '#shared/images/image-info'
import type { Attributes, EngineContent } from './engine.js'

export interface NewAttributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** SELinux label; without it that of the folder it is made in. */
  readonly selinux?: string
}

/** What staged edits make of one path. A path without a node is as it is in the image. */
export type DraftNode =
  | {
      readonly kind: 'file'
      readonly content: EngineContent
      readonly sizeBytes: number
      /** For a file that was not there. */
      readonly created: NewAttributes | null
    }
  | { readonly kind: 'folder'; readonly created: NewAttributes }
  | { readonly kind: 'link'; readonly target: string }
  /** It is what was at `from` in the image, and below it. */
  | { readonly kind: 'moved'; readonly from: string; readonly was: 'file' | 'folder' | 'link' | 'other' }
  | { readonly kind: 'gone' }

/** Permission bits and owner as edits set them; null where they are left. */
export interface AttributeChange {
  readonly mode: number | null
  readonly uid: number | null
  readonly gid: number | null
}

/** What a folder's listing has for a name that edits touched; nothing for what is gone. */
export function stagedEntry(name: string, node: DraftNode): GuestEntry[] {
  if (node.kind === 'gone') return []
  if (node.kind === 'file') return [{ name, kind: 'file', sizeBytes: node.sizeBytes }]
  return [{ name, kind: node.kind === 'moved' ? node.was : node.kind, sizeBytes: null }]
}

export function created(attributes: NewAttributes): Attributes {
  return { ...attributes, selinux: attributes.selinux ?? null }
}

/** Nodes of one partition, by absolute path. */
export class DraftNodes {
  private readonly byPath = new Map<string, DraftNode>()
  /** Names of nodes by their folder, so that a folder is listed without a look at all nodes. */
  private readonly names = new Map<string, Set<string>>()
  private readonly attributes = new Map<string, AttributeChange>()

  attributesOf(path: string): AttributeChange | undefined {
    return this.attributes.get(path)
  }

  /** The last change of each attribute counts. */
  changeAttributes(path: string, change: AttributeChange): void {
    const known = this.attributes.get(path)
    const { mode, uid, gid } = change
    this.attributes.set(path, { mode: mode ?? known?.mode ?? null, uid: uid ?? known?.uid ?? null, gid: gid ?? known?.gid ?? null })
  }

  get(path: string): DraftNode | undefined {
    return this.byPath.get(path)
  }

  set(path: string, node: DraftNode): void {
    this.byPath.set(path, node)
    const [folder, name] = split(path)
    const known = this.names.get(folder)
    if (known) known.add(name)
    else this.names.set(folder, new Set([name]))
  }

  private drop(path: string): void {
    this.byPath.delete(path)
    const [folder, name] = split(path)
    this.names.get(folder)?.delete(name)
  }

  /** Whether an edit made, moved or removed it, or a folder above it. */
  isTouched(path: string): boolean {
    for (let place = path; place !== '/' && place !== ''; place = place.slice(0, place.lastIndexOf('/'))) {
      const node = this.byPath.get(place)
      if (node !== undefined && (node.kind !== 'file' || node.created !== null)) return true
    }
    return false
  }

  /** Takes away what stands below a path, and the path's own node. */
  forget(path: string): void {
    for (const known of this.byPath.keys()) if (isWithin(known, path)) this.drop(known)
    for (const known of this.attributes.keys()) if (isWithin(known, path)) this.attributes.delete(known)
  }

  /** Gives nodes below `from` the same place below `to`. */
  move(from: string, to: string): void {
    for (const [known, node] of [...this.byPath].filter(([one]) => isWithin(one, from))) {
      this.drop(known)
      this.set(to + known.slice(from.length), node)
    }
    for (const [known, change] of [...this.attributes].filter(([one]) => isWithin(one, from))) {
      this.attributes.delete(known)
      this.attributes.set(to + known.slice(from.length), change)
    }
  }

  /** Names that stand directly in a folder. */
  inFolder(folder: string): { readonly name: string; readonly node: DraftNode }[] {
    return [...(this.names.get(folder) ?? [])].flatMap((name) => {
      const node = this.byPath.get(folder === '/' ? `/${name}` : `${folder}/${name}`)
      return node ? [{ name, node }] : []
    })
  }

  /**
   * Where the image holds what a path without a node of its own stands for: the same path, or another one where a folder above it was
   * moved. Undefined where a folder above it is gone, or was made by an edit.
   */
  original(path: string): string | undefined {
    for (let folder = path; folder !== '/' && folder !== ''; folder = folder.slice(0, folder.lastIndexOf('/'))) {
      const node = this.byPath.get(folder)
      if (node === undefined) continue
      if (node.kind === 'moved') return node.from + path.slice(folder.length)
      if (folder !== path || node.kind !== 'file' || node.created !== null) return undefined
    }
    return path
  }
}

function split(path: string): [folder: string, name: string] {
  const cut = path.lastIndexOf('/')
  return [cut <= 0 ? '/' : path.slice(0, cut), path.slice(cut + 1)]
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
