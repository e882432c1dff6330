import { z } from 'zod'
import type { ContainerEntry } from './container-report.js'

/** As the tar says it; what a hard link stands for is only known when layers are merged. */
export type LayerEntryKind = ContainerEntry['kind'] | 'hardlink'

export interface LayerEntry extends Omit<ContainerEntry, 'name' | 'kind'> {
  /** Absolute, tidy. */
  readonly path: string
  readonly kind: LayerEntryKind
}

const KINDS: readonly LayerEntryKind[] = ['file', 'folder', 'symlink', 'other', 'hardlink']

/** As it is kept between two looks at an image; `kinds` are places in `KINDS`, `links` start with the number of their entry. */
export const layerTableSchema = z.object({
  paths: z.array(z.string()),
  kinds: z.array(z.number().int().min(0).max(4)),
  bytes: z.array(z.number()),
  modes: z.array(z.number()),
  uids: z.array(z.number()),
  gids: z.array(z.number()),
  links: z.array(z.tuple([z.number(), z.string()])),
  whiteouts: z.array(z.string()),
  opaques: z.array(z.string()),
})
export type LayerTableData = z.infer<typeof layerTableSchema>

/** The entries of one layer, column by column: a hundred thousand of them take some ten megabytes. */
export class LayerTable {
  private readonly paths: string[] = []
  private readonly kinds: number[] = []
  private readonly bytes: number[] = []
  private readonly modes: number[] = []
  private readonly uids: number[] = []
  private readonly gids: number[] = []
  private readonly links = new Map<number, string>()
  /** What it takes away of the layers below. */
  readonly whiteouts: string[] = []
  /** Folders of which it hides all that the layers below have in them. */
  readonly opaques: string[] = []

  get size(): number {
    return this.paths.length
  }

  /** Returns its number. */
  add(entry: LayerEntry): number {
    const index = this.paths.push(entry.path) - 1
    this.kinds.push(KINDS.indexOf(entry.kind))
    this.bytes.push(entry.bytes)
    this.modes.push(entry.mode)
    this.uids.push(entry.uid)
    this.gids.push(entry.gid)
    if (entry.link !== null) this.links.set(index, entry.link)
    return index
  }

  at(index: number): LayerEntry {
    return {
      path: this.paths[index] ?? '/',
      kind: this.kindAt(index),
      bytes: this.bytes[index] ?? 0,
      mode: this.modes[index] ?? 0,
      uid: this.uids[index] ?? 0,
      gid: this.gids[index] ?? 0,
      link: this.links.get(index) ?? null,
    }
  }

  kindAt(index: number): LayerEntryKind {
    return KINDS[this.kinds[index] ?? 3] ?? 'other'
  }

  pathAt(index: number): string {
    return this.paths[index] ?? '/'
  }

  linkAt(index: number): string | null {
    return this.links.get(index) ?? null
  }

  toData(): LayerTableData {
    const { paths, kinds, bytes, modes, uids, gids, whiteouts, opaques } = this
    return { paths, kinds, bytes, modes, uids, gids, links: [...this.links], whiteouts, opaques }
  }

  static fromData(data: LayerTableData): LayerTable {
    const table = new LayerTable()
    const links = new Map(data.links)
    for (const [index, path] of data.paths.entries()) {
      const [kind, bytes, mode] = [KINDS[data.kinds[index] ?? 3] ?? 'other', data.bytes[index] ?? 0, data.modes[index] ?? 0]
      table.add({ path, kind, bytes, mode, uid: data.uids[index] ?? 0, gid: data.gids[index] ?? 0, link: links.get(index) ?? null })
    }
    table.whiteouts.push(...data.whiteouts)
    table.opaques.push(...data.opaques)
    return table
  }
}
