import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { GuestStat } from '#shared/images/guest-stat'
import type { Filesystem, GuestEntry, Partition } from '#shared/images/image-info'
import { contentOf, partOfContent, sha256 } from './draft-content.js'
import { draftStat, type StagedPath } from './draft-stat.js'
import { DraftLinks, tidy } from './draft-links.js'
import { type DraftNode, DraftNodes, type NewAttributes } from './draft-nodes.js'
import { type DraftStep, DraftSteps } from './draft-steps.js'
import type { Attributes, DiskOperation, EngineContent } from './engine.js'
import type { GuestFiles, ImageFiles } from './guest-files.js'

/** Files that are kept by an edit as they are in memory; more is read from where it stands. */
const MAX_BEFORE_BYTES = 64 * 1024 * 1024

export type { DraftStep } from './draft-steps.js'

/**
 * An image with edits applied that are not written: reads see what the edits made, and the steps are what an engine has to do. Nothing
 * is written. Edit handlers work on this and on nothing else, so preview, save and recipes are one.
 */
export class GuestDraft implements GuestFiles {
  private readonly nodes = new Map<number, DraftNodes>()
  private readonly taken = new DraftSteps()
  private readonly links: DraftLinks

  constructor(
    private readonly base: GuestFiles & Partial<Pick<ImageFiles, 'readLink' | 'realPath' | 'stat'>>,
    readonly partitions: readonly Partition[],
  ) {
    this.links = new DraftLinks(base)
  }

  /** Steps from here on are those of this edit. */
  beginEdit(index: number): void {
    this.taken.edit = index
  }

  /** In the order in which an engine has to take them. */
  steps(): readonly DraftStep[] {
    return this.taken.all()
  }

  isReadable(partition: number): Promise<boolean> {
    return this.base.isReadable(partition)
  }

  async list(partition: number, folder: string): Promise<readonly GuestEntry[]> {
    const nodes = this.nodesOf(partition)
    const place = await this.links.real(partition, folder, nodes)
    const original = place === '/' ? '/' : nodes.original(place)
    const found = original === undefined ? [] : await this.base.list(partition, original)
    const changed = nodes.inFolder(place)
    const names = new Set(changed.map(({ name }) => name))
    return [...found.filter((entry) => !names.has(entry.name)), ...changed.flatMap((row) => this.entryOf(row, found))]
  }

  private entryOf({ name, node }: { name: string; node: DraftNode }, found: readonly GuestEntry[]): GuestEntry[] {
    if (node.kind === 'gone') return []
    const known = found.find((entry) => entry.name === name)
    if (node.kind === 'file') return [{ ...(known ?? { name, kind: 'file' }), sizeBytes: node.sizeBytes }]
    if (node.kind === 'moved') return [{ name, kind: node.was, sizeBytes: null }]
    return [{ name, kind: node.kind, sizeBytes: null }]
  }

  async find(partition: number, file: string): Promise<GuestEntry | undefined> {
    const place = tidy(file)
    const name = path.posix.basename(place)
    return (await this.list(partition, path.posix.dirname(place))).find((entry) => entry.name === name)
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
  private async written(partition: number, file: string): Promise<string> {
    const nodes = this.nodesOf(partition)
    const place = await this.links.place(partition, file, nodes)
    return nodes.get(place) === undefined ? this.links.real(partition, place, nodes) : place
  }

  async readMany(partition: number, files: readonly { path: string; sizeBytes: number }[]): Promise<readonly (Buffer | undefined)[]> {
    const isAsItWas = ({ path: file }: { path: string }) => this.originalOf(partition, tidy(file)) === tidy(file)
    return files.every(isAsItWas) && this.base.readMany ? this.base.readMany(partition, files) : files.map(() => undefined)
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

  /**
   * Gives a file this content; one that is there keeps mode, owner and label, for another `attributes` are needed.
   * @throws AppError `guest-file-not-found` (no such folder, or no attributes for a new file), `edit-conflict` (it is no file)
   */
  async write(partition: number, file: string, content: EngineContent, sizeBytes: number, attributes?: NewAttributes): Promise<void> {
    const place = await this.written(partition, file)
    const nodes = this.nodesOf(partition)
    const known = nodes.get(place)
    const entry = await this.find(partition, place)
    if (entry?.kind === 'folder') throw conflict(place, 'it is a folder')
    if (known?.kind === 'file') {
      nodes.set(place, { ...known, content, sizeBytes })
      if (this.taken.replaceContent(partition, place, content)) return
      this.taken.add({ kind: 'rewrite-file', ...this.at(partition, place), content, expectedSha256: null, mtime: 'now' }, null)
      return
    }
    if (entry === undefined) {
      if (!attributes) throw new AppError('guest-file-not-found', { details: { file: place, partition } })
      await this.requireFolder(partition, path.posix.dirname(place))
      nodes.set(place, { kind: 'file', content, sizeBytes, created: attributes })
      this.taken.add({ kind: 'create-file', ...this.at(partition, place), ...created(attributes), content }, null)
      return
    }
    const before = await this.beforeOf(partition, place, entry)
    nodes.set(place, { kind: 'file', content, sizeBytes, created: null })
    const expectedSha256 = before === null ? null : sha256(before)
    this.taken.add({ kind: 'rewrite-file', ...this.at(partition, place), content, expectedSha256, mtime: 'now' }, before)
  }

  /** Makes a folder; one that is there is left as it is. Its own folder has to be there. */
  async makeFolder(partition: number, folder: string, attributes: NewAttributes): Promise<void> {
    const place = await this.links.place(partition, folder, this.nodesOf(partition))
    if (place === '/') return
    const entry = await this.find(partition, place)
    if (entry?.kind === 'folder' || entry?.kind === 'link') return
    if (entry) throw new AppError('guest-file-exists', { details: { path: place, partition } })
    await this.requireFolder(partition, path.posix.dirname(place))
    this.nodesOf(partition).set(place, { kind: 'folder', created: attributes })
    this.taken.add({ kind: 'make-folder', ...this.at(partition, place), ...created(attributes) }, null)
  }

  /** Makes a folder and those above it that are not there, each mode 0755 and root's. */
  async makeFolders(partition: number, folder: string): Promise<void> {
    const parts = tidy(folder).split('/').slice(1)
    for (let depth = 1; depth <= parts.length; depth += 1) {
      await this.makeFolder(partition, `/${parts.slice(0, depth).join('/')}`, { mode: 0o755, uid: 0, gid: 0 })
    }
  }

  async makeLink(partition: number, link: string, target: string): Promise<void> {
    const place = await this.links.place(partition, link, this.nodesOf(partition))
    if (await this.find(partition, place)) throw new AppError('guest-file-exists', { details: { path: place, partition } })
    await this.requireFolder(partition, path.posix.dirname(place))
    this.nodesOf(partition).set(place, { kind: 'link', target })
    this.taken.add({ kind: 'make-link', ...this.at(partition, place), target }, null)
  }

  /** Removes a file, a link, or a folder with all in it. */
  async remove(partition: number, file: string): Promise<void> {
    const place = await this.links.place(partition, file, this.nodesOf(partition))
    const entry = await this.find(partition, place)
    if (!entry) throw new AppError('guest-file-not-found', { details: { file: place, partition } })
    const before = await this.beforeOf(partition, place, entry)
    const nodes = this.nodesOf(partition)
    nodes.forget(place)
    nodes.set(place, { kind: 'gone' })
    this.taken.add({ kind: 'remove', ...this.at(partition, place), recursive: entry.kind === 'folder' }, before)
  }

  async rename(partition: number, file: string, target: string): Promise<void> {
    const from = await this.links.place(partition, file, this.nodesOf(partition))
    const to = await this.links.place(partition, target, this.nodesOf(partition))
    const entry = await this.find(partition, from)
    if (!entry) throw new AppError('guest-file-not-found', { details: { file: from, partition } })
    if (await this.find(partition, to)) throw new AppError('guest-file-exists', { details: { path: to, partition } })
    if (to.startsWith(`${from}/`)) throw conflict(from, 'a folder cannot be moved into itself')
    await this.requireFolder(partition, path.posix.dirname(to))
    const nodes = this.nodesOf(partition)
    const own = nodes.get(from)
    const original = nodes.original(from)
    nodes.move(from, to)
    if (own === undefined && original !== undefined) nodes.set(to, { kind: 'moved', from: original, was: entry.kind })
    nodes.set(from, { kind: 'gone' })
    this.taken.add({ kind: 'rename', ...this.at(partition, from), to }, null)
  }

  async setAttributes(
    partition: number,
    file: string,
    change: { readonly mode: number | null; readonly uid: number | null; readonly gid: number | null },
  ): Promise<void> {
    const place = await this.links.place(partition, file, this.nodesOf(partition))
    if (!(await this.find(partition, place))) throw new AppError('guest-file-not-found', { details: { file: place, partition } })
    this.nodesOf(partition).changeAttributes(place, change)
    this.taken.add({ kind: 'set-attributes', ...this.at(partition, place), ...change }, null)
  }

  /** A change of the partition table or of a whole file system; the last one for the same thing counts. */
  disk(operation: DiskOperation): void {
    this.taken.addDisk(operation)
  }

  /** The partition of that number. Throws `partition-not-found`, and `filesystem-unreadable` where it has no file system. */
  partition(number: number): Partition & { readonly filesystem: Filesystem } {
    const found = this.partitions.find((candidate) => candidate.number === number)
    const known = this.partitions.map((candidate) => candidate.number).join(', ') || 'none'
    if (!found) throw new AppError('partition-not-found', { details: { partition: number, known } })
    if (!found.filesystem) throw new AppError('filesystem-unreadable', { details: { partition: number, type: 'unknown' } })
    return { ...found, filesystem: found.filesystem }
  }

  private at(partition: number, file: string): { partition: number; filesystem: string; path: string } {
    return { partition, filesystem: kernelName(this.partition(partition).filesystem), path: file }
  }

  private nodesOf(partition: number): DraftNodes {
    const nodes = this.nodes.get(partition) ?? new DraftNodes()
    this.nodes.set(partition, nodes)
    return nodes
  }

  private async beforeOf(partition: number, file: string, entry: GuestEntry): Promise<Buffer | null> {
    if (entry.kind === 'folder' || (entry.sizeBytes ?? 0) > MAX_BEFORE_BYTES) return null
    return this.read(partition, file, MAX_BEFORE_BYTES).catch(() => null)
  }

  private async requireFolder(partition: number, folder: string): Promise<void> {
    if (folder === '/') return
    const entry = await this.find(partition, folder)
    if (entry?.kind !== 'folder' && entry?.kind !== 'link')
      throw new AppError('guest-file-not-found', { details: { file: folder, partition } })
  }
}

function created(attributes: NewAttributes): Attributes {
  return { ...attributes, selinux: attributes.selinux ?? null }
}

/** What mount(8) calls a file system. */
export function kernelName(filesystem: Filesystem): string {
  return filesystem.kind === 'fat' ? 'vfat' : filesystem.type
}

function conflict(file: string, reason: string): AppError {
  return new AppError('edit-conflict', { details: { path: file, reason } })
}
