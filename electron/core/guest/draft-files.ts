import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { GuestStat } from '#shared/images/guest-stat'
import type { GuestEntry, Partition } from '#shared/images/image-info'
import { contentOf, partOfContent } from './draft-content.js'
import { DraftLinks, tidy } from './draft-links.js'
import { DraftNodes, stagedEntry } from './draft-nodes.js'
import { draftStat, type StagedPath } from './draft-stat.js'
import type { EngineContent } from './engine.js'
import type { GuestFiles, ImageFiles } from './guest-files.js'

/** Files of an image as edits that are not written have left them. */
export class DraftFiles implements GuestFiles {
  private readonly nodes = new Map<number, DraftNodes>()
  protected readonly links: DraftLinks

  constructor(
    private readonly base: GuestFiles & Partial<Pick<ImageFiles, 'readLink' | 'realPath' | 'stat' | 'stats'>>,
    partitions: readonly Partition[],
  ) {
    const caseless = new Set(partitions.filter(({ filesystem }) => filesystem?.kind === 'fat').map(({ number }) => number))
    this.links = new DraftLinks(base, (partition, folder) => (caseless.has(partition) ? this.namesAt(partition, folder) : undefined))
  }

  isReadable(partition: number): Promise<boolean> {
    return this.base.isReadable(partition)
  }

  async list(partition: number, folder: string): Promise<readonly GuestEntry[]> {
    return this.listAt(partition, await this.links.real(partition, folder, this.nodesOf(partition)))
  }

  /** No link of the path is followed, and names are spelled as they are. */
  private async listAt(partition: number, place: string): Promise<readonly GuestEntry[]> {
    const nodes = this.nodesOf(partition)
    const original = place === '/' ? '/' : nodes.original(place)
    const found = original === undefined ? [] : await this.base.list(partition, original)
    const changed = nodes.inFolder(place)
    if (changed.length === 0) return found
    const names = new Set(changed.map(({ name }) => name))
    return [...found.filter((entry) => !names.has(entry.name)), ...changed.flatMap(({ name, node }) => stagedEntry(name, node))]
  }

  private async namesAt(partition: number, folder: string): Promise<readonly string[]> {
    return (await this.listAt(partition, folder)).map(({ name }) => name)
  }

  async find(partition: number, file: string): Promise<GuestEntry | undefined> {
    const nodes = this.nodesOf(partition)
    const place = await this.links.place(partition, file, nodes)
    if (place === '/') return undefined
    const [name, folder] = [path.posix.basename(place), path.posix.dirname(place)]
    const node = nodes.get(place)
    if (node) return stagedEntry(name, node)[0]
    const original = folder === '/' ? '/' : nodes.original(folder)
    return original === undefined ? undefined : (await this.base.list(partition, original)).find((entry) => entry.name === name)
  }

  async read(partition: number, file: string, maxBytes: number): Promise<Buffer> {
    const place = await this.written(partition, file)
    const node = this.nodesOf(partition).get(place)
    if (node?.kind === 'file') return contentOf(node.content, node.sizeBytes, maxBytes, place)
    const original = this.originalOf(partition, place)
    if (original === undefined) throw new AppError('guest-file-not-found', { details: { file: place, partition } })
    return this.base.read(partition, original, maxBytes)
  }

  async readPart(partition: number, file: string, offset: number, length: number): Promise<Buffer> {
    const place = await this.written(partition, file)
    const staged = this.contentOf(partition, place)
    if (staged) return partOfContent(staged.content, offset, length)
    const original = this.originalOf(partition, place)
    if (original !== undefined && this.base.readPart) return this.base.readPart(partition, original, offset, length)
    return (await this.read(partition, file, Number.MAX_SAFE_INTEGER)).subarray(offset, offset + length)
  }

  /** Where the content of a path is: links followed, the last one too. */
  protected async written(partition: number, file: string): Promise<string> {
    const nodes = this.nodesOf(partition)
    const place = await this.links.place(partition, file, nodes)
    return nodes.get(place) === undefined ? this.links.real(partition, place, nodes) : place
  }

  async readMany(partition: number, files: readonly { path: string; sizeBytes: number }[]): Promise<readonly (Buffer | undefined)[]> {
    const asTheyWere = files.filter(({ path: file }) => this.originalOf(partition, tidy(file)) === tidy(file))
    const contents = (asTheyWere.length === 0 ? undefined : await this.base.readMany?.(partition, asTheyWere)) ?? []
    const known = new Map(asTheyWere.map((file, at) => [file, contents[at]]))
    return files.map((file) => known.get(file))
  }

  /** Where in the image stands what no edit has written or removed. */
  private originalOf(partition: number, place: string): string | undefined {
    const nodes = this.nodesOf(partition)
    const node = nodes.get(place)
    if (node?.kind === 'moved') return node.from
    return node?.kind === 'file' || node?.kind === 'gone' ? undefined : nodes.original(place)
  }

  async readIfPresent(partition: number, file: string, maxBytes: number): Promise<Buffer | undefined> {
    const entry = await this.find(partition, file).catch(() => undefined)
    if (!entry || entry.kind === 'folder' || (entry.sizeBytes ?? 0) > maxBytes) return undefined
    return this.read(partition, file, maxBytes).catch(() => undefined)
  }

  /** Target of a symbolic link as it stands in it; undefined for all else, and where it cannot be told. */
  async readLink(partition: number, link: string): Promise<string | undefined> {
    const nodes = this.nodesOf(partition)
    const place = await this.links.place(partition, link, nodes)
    const node = nodes.get(place)
    if (node?.kind === 'link') return node.target
    const original = node?.kind === 'moved' ? node.from : nodes.original(place)
    if (original === undefined || node?.kind === 'gone') return undefined
    return this.base.readLink?.(partition, original).catch(() => undefined)
  }

  /** As the image has it: edits of links are not followed. */
  async realPath(partition: number, file: string): Promise<string | undefined> {
    return this.base.realPath?.(partition, tidy(file))
  }

  /** What a path is, the last link not followed; undefined when it is not there. */
  async stat(partition: number, file: string): Promise<GuestStat | undefined> {
    return draftStat(this, this.base, partition, await this.links.place(partition, file, this.nodesOf(partition)))
  }

  /** The same of many paths, no folder of which is a link: the image is asked once. */
  async stats(partition: number, places: readonly string[]): Promise<(GuestStat | undefined)[]> {
    const originals = places.map((place) => this.stagedAt(partition, place).original).filter((place) => place !== undefined)
    const found = (await this.base.stats?.(partition, originals)) ?? []
    const known = new Map(originals.map((place, at) => [place, found[at]]))
    const base = { stat: async (number: number, place: string) => known.get(place) ?? this.base.stat?.(number, place) }
    return Promise.all(places.map((place) => draftStat(this, base, partition, place)))
  }

  /** What edits made of one path, no link of which is followed, and where in the image it comes from. */
  stagedAt(partition: number, place: string): StagedPath {
    const nodes = this.nodesOf(partition)
    const node = nodes.get(place)
    const original = node?.kind === 'moved' ? node.from : node?.kind === 'gone' ? undefined : nodes.original(place)
    return { node, original, attributes: nodes.attributesOf(place) }
  }

  /** What a file that an edit wrote is to hold, by the path of its step; undefined for any other. */
  contentOf(partition: number, place: string): { readonly content: EngineContent; readonly sizeBytes: number } | undefined {
    const node = this.nodesOf(partition).get(place)
    return node?.kind === 'file' ? node : undefined
  }

  protected nodesOf(partition: number): DraftNodes {
    const nodes = this.nodes.get(partition) ?? new DraftNodes()
    this.nodes.set(partition, nodes)
    return nodes
  }
}
