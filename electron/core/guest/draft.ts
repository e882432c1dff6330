import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { DiskLayout } from '#shared/images/disk-layout'
import type { Filesystem, GuestEntry, Partition } from '#shared/images/image-info'
import { sha256 } from './draft-content.js'
import { DraftFiles } from './draft-files.js'
import { tidy } from './draft-links.js'
import { type AttributeChange, created, type NewAttributes } from './draft-nodes.js'
import { type DiskFacts, diskSizes, keepsAttributes, requirePartition, withDiskSteps, writtenAs } from './draft-partitions.js'
import { type DiskStep, type DraftStep, DraftSteps } from './draft-steps.js'
import type { EngineContent, EngineOperation } from './engine.js'

/** Files that are kept by an edit as they are in memory; more is read from where it stands. */
const MAX_BEFORE_BYTES = 64 * 1024 * 1024

export { kernelName } from './draft-partitions.js'
export type { DraftStep } from './draft-steps.js'

/**
 * An image with edits applied that are not written: reads see what the edits made, and the steps are what an engine has to do. Nothing
 * is written. Edit handlers work on this and on nothing else, so preview, save and recipes are one.
 */
export class GuestDraft extends DraftFiles {
  private readonly taken = new DraftSteps()

  constructor(
    base: ConstructorParameters<typeof DraftFiles>[0],
    private readonly original: readonly Partition[],
    private readonly facts: DiskFacts | null = null,
  ) {
    super(base, original)
  }

  /** As they are with the edits so far: types and UUIDs are the new ones. */
  get partitions(): readonly Partition[] {
    return withDiskSteps(this.original, this.taken.diskSteps())
  }

  /** The disk with the edits so far. Throws `bad-input` where nothing is known of it but its files. */
  get layout(): DiskLayout {
    const { facts, partitions } = this
    if (!facts) throw new AppError('bad-input', { details: { reason: 'the size of the disk is not known' } })
    return { ...facts, virtualBytes: diskSizes(facts, this.taken.diskSteps()).at(-1) ?? facts.virtualBytes, partitions }
  }

  /** What the disk has to be for all of the steps to find room, and what it is after the last; null where that is not known. */
  get diskBytes(): { readonly before: number; readonly most: number; readonly last: number } | null {
    if (!this.facts) return null
    const sizes = diskSizes(this.facts, this.taken.diskSteps())
    return { before: sizes[0], most: Math.max(...sizes), last: sizes.at(-1) ?? sizes[0] }
  }

  /** Another number means that something was changed since. */
  get revision(): number {
    return this.taken.revision
  }

  /** Steps from here on are those of this edit. */
  beginEdit(index: number): void {
    this.taken.edit = index
  }

  /** In the order in which an engine has to take them. */
  steps(): readonly DraftStep[] {
    return this.taken.all()
  }

  /** What of the steps is an engine's work. */
  engineOperations(): readonly EngineOperation[] {
    return this.steps().flatMap(({ operation }) => (operation.kind === 'resize-disk' ? [] : [operation]))
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
      if (!this.taken.replaceContent(partition, place, content))
        this.taken.add({ kind: 'rewrite-file', ...this.at(partition, place), content, expectedSha256: null, mtime: 'now' }, null)
      nodes.set(place, { ...known, content, sizeBytes })
      return
    }
    if (entry === undefined) {
      if (!attributes) throw new AppError('guest-file-not-found', { details: { file: place, partition } })
      await this.requireFolder(partition, path.posix.dirname(place))
      this.taken.add({ kind: 'create-file', ...this.at(partition, place), ...created(attributes), content }, null)
      nodes.set(place, { kind: 'file', content, sizeBytes, created: attributes })
      return
    }
    const before = await this.beforeOf(partition, place, entry)
    const expectedSha256 = before === null ? null : sha256(before)
    this.taken.add({ kind: 'rewrite-file', ...this.at(partition, place), content, expectedSha256, mtime: 'now' }, before)
    nodes.set(place, { kind: 'file', content, sizeBytes, created: null })
  }

  /** Makes a folder; one that is there is left as it is. Its own folder has to be there. */
  async makeFolder(partition: number, folder: string, attributes: NewAttributes): Promise<void> {
    const place = await this.links.place(partition, folder, this.nodesOf(partition))
    if (place === '/') return
    const entry = await this.find(partition, place)
    if (entry?.kind === 'folder' || entry?.kind === 'link') return
    if (entry) throw new AppError('guest-file-exists', { details: { path: place, partition } })
    await this.requireFolder(partition, path.posix.dirname(place))
    this.taken.add({ kind: 'make-folder', ...this.at(partition, place), ...created(attributes) }, null)
    this.nodesOf(partition).set(place, { kind: 'folder', created: attributes })
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
    if (!this.keepsAttributes(partition)) throw conflict(place, 'its file system has no symbolic links')
    await this.requireFolder(partition, path.posix.dirname(place))
    this.taken.add({ kind: 'make-link', ...this.at(partition, place), target }, null)
    this.nodesOf(partition).set(place, { kind: 'link', target })
  }

  /** Removes a file, a link, or a folder with all in it. */
  async remove(partition: number, file: string): Promise<void> {
    const place = await this.links.place(partition, file, this.nodesOf(partition))
    const entry = await this.find(partition, place)
    if (!entry) throw new AppError('guest-file-not-found', { details: { file: place, partition } })
    const before = await this.beforeOf(partition, place, entry)
    const nodes = this.nodesOf(partition)
    this.taken.add({ kind: 'remove', ...this.at(partition, place), recursive: entry.kind === 'folder' }, before)
    nodes.forget(place)
    nodes.set(place, { kind: 'gone' })
  }

  async rename(partition: number, file: string, target: string): Promise<void> {
    const from = await this.links.place(partition, file, this.nodesOf(partition))
    const spelled = await this.links.place(partition, target, this.nodesOf(partition))
    // On FAT a name finds itself in any case of letters, and takes the new case all the same.
    const to = spelled === from ? path.posix.join(path.posix.dirname(from), path.posix.basename(tidy(target))) : spelled
    const entry = await this.find(partition, from)
    if (!entry) throw new AppError('guest-file-not-found', { details: { file: from, partition } })
    if (to === from || (spelled !== from && (await this.find(partition, to))))
      throw new AppError('guest-file-exists', { details: { path: to, partition } })
    if (to.startsWith(`${from}/`)) throw conflict(from, 'a folder cannot be moved into itself')
    await this.requireFolder(partition, path.posix.dirname(to))
    const nodes = this.nodesOf(partition)
    const own = nodes.get(from)
    const original = nodes.original(from)
    this.taken.add({ kind: 'rename', ...this.at(partition, from), to }, null)
    nodes.move(from, to)
    if (own === undefined && original !== undefined) nodes.set(to, { kind: 'moved', from: original, was: entry.kind })
    nodes.set(from, { kind: 'gone' })
  }

  /** Changes mode and owner; a link is followed. Throws `edit-conflict` where the file system keeps neither. */
  async setAttributes(partition: number, file: string, change: AttributeChange): Promise<void> {
    const place = await this.written(partition, file)
    if (!(await this.find(partition, place))) throw new AppError('guest-file-not-found', { details: { file: place, partition } })
    if (!this.keepsAttributes(partition)) throw conflict(place, 'its file system keeps neither mode nor owner')
    this.taken.add({ kind: 'set-attributes', ...this.at(partition, place), ...change }, null)
    this.nodesOf(partition).changeAttributes(place, change)
  }

  /** False on FAT, which has neither modes nor owners nor links. */
  keepsAttributes(partition: number): boolean {
    return keepsAttributes(this.partition(partition).filesystem)
  }

  /** A change of the partition table or of a whole file system; the last one for the same thing counts. */
  disk(step: DiskStep): void {
    this.taken.addDisk(step)
  }

  /** The partition of that number. Throws `partition-not-found`, and `filesystem-unreadable` where it has no file system. */
  partition(number: number): Partition & { readonly filesystem: Filesystem } {
    return requirePartition(this.partitions, number)
  }

  private at(partition: number, file: string): { partition: number; filesystem: string; path: string } {
    return { partition, filesystem: writtenAs(this.partition(partition).filesystem, file), path: file }
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

function conflict(file: string, reason: string): AppError {
  return new AppError('edit-conflict', { details: { path: file, reason } })
}
