import { chmod, link, lutimes, mkdir, open, rm, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { entryPath, hostNameProblem, isWithin } from '#shared/containers/entry-name'
import { roleOf } from '#shared/containers/layer-merge'
import { linkStaysInside } from '#shared/containers/link-inside'
import { AppError } from '#shared/errors/app-error'
import { showControl } from '#shared/text/visible'
import { errnoCode, syncFile, syncFolder } from '../../files/sync.js'
import type { ByteSource } from '../../guest/initramfs/byte-source.js'
import { limitsFor, type SparseLimits } from '../unpack/sparse-file.js'
import { readTar, type TarMember } from '../unpack/tar-reader.js'
import { EntryBudget } from './entry-budget.js'
import { keepTime, newNode, type Node } from './folder-node.js'
import { finishLayer, layerProblem } from './layer-stream.js'
import { MAX_LINK } from './read-layer.js'
import { copyMember, notThere, type TakeJob, withLayer, withSparseFile } from './take.js'

const SMALL_BYTES = 1024 * 1024
/** Neither setuid nor setgid nor sticky: whose files these are is another question here. */
const PERMISSIONS = 0o777
const MAX_TOLD = 10
/** `PATH_MAX` of limits.h, without the NUL at its end. */
const MAX_PLACE_BYTES = 4095

export interface TakenFolder {
  readonly layers: readonly string[]
  readonly files: number
  readonly bytes: number
  /** What was left out and why, in words. */
  readonly leftOut: readonly string[]
}

/**
 * Writes a folder of the image with all in it into `target`, an empty folder: from the lowest layer up, as containers see it. Links are made last, so that nothing is
 * ever written through one, and only where they stay inside. Times of the last change are kept. Throws `guest-file-not-found`, `archive-too-large`, `no-space`, `container-invalid`.
 */
export async function takeFolder(job: TakeJob, folder: string, target: string): Promise<TakenFolder> {
  const packed = job.layers.reduce((sum, { layer }) => sum + layer.bytes, 0)
  const taker = new FolderTaker(folder, target, await limitsFor(job.folder, packed, null))
  for (const [number, layer] of job.layers.entries()) {
    if (layer.layer.kind === 'file') continue
    await withLayer(job, layer, async (input) => {
      await taker.readLayer(number, layer.layer.digest, input)
      await finishLayer(input)
    })
  }
  return { layers: job.layers.map(({ layer }) => layer.digest), ...(await taker.finish()) }
}

class FolderTaker {
  private readonly root: Node = newNode('folder', -1, { mode: 0o755, changedAt: null })
  private readonly leftOut = new Map<string, { count: number; names: string[] }>()
  private isThere = false
  private bytes = 0
  private readonly names = new EntryBudget()

  constructor(
    private readonly folder: string,
    private readonly target: string,
    private readonly limits: SparseLimits,
  ) {}

  async readLayer(number: number, digest: string, input: ByteSource): Promise<void> {
    const count = this.names.layer()
    try {
      for await (const member of readTar(input, digest)) {
        const at = entryPath(member.name)
        if (at === null) continue
        count(at, member.link.length > MAX_LINK ? null : member.link)
        await this.entry(number, member, at, input)
      }
    } catch (thrown) {
      throw layerProblem(thrown, digest)
    }
  }

  /** Links, and the modes of folders. */
  async finish(): Promise<Omit<TakenFolder, 'layers'>> {
    if (!this.isThere) throw notThere(this.folder)
    const counted = { files: 0 }
    await this.finishFolder(this.root, [], counted)
    const leftOut = [...this.leftOut].map(
      ([reason, { count, names }]) => `${count} left out, ${reason}: ${names.map(showControl).join(', ')}`,
    )
    return { files: counted.files, bytes: this.bytes, leftOut }
  }

  private async entry(number: number, member: TarMember, at: string, input: ByteSource): Promise<void> {
    const role = roleOf(at)
    if (role.role === 'whiteout') return this.hide(role.path, number, true)
    if (role.role === 'opaque') return this.hide(role.path, number, false)
    if (role.role === 'ignored') return
    if (!isWithin(at, this.folder)) {
      // Something else in the place of a folder above: what lower layers have in it is gone.
      if (member.kind !== 'folder' && at !== '/' && isWithin(this.folder, at)) await this.hide(at, number, true)
      return
    }
    const parts = this.partsOf(at)
    if (parts.length === 0) {
      if (member.kind !== 'folder') return this.hide(at, number, true)
      this.isThere = true
      Object.assign(this.root, { mode: member.mode, changedAt: member.changedAt })
      return
    }
    const problem = parts.map(hostNameProblem).find((one) => one !== null) ?? null
    if (problem !== null) return this.leave(problem, at)
    if (Buffer.byteLength(this.placeOf(parts)) > MAX_PLACE_BYTES) return this.leave('their paths are longer than this machine takes', at)
    this.isThere = true
    await this.put(number, member, parts, input)
  }

  private async put(number: number, member: TarMember, parts: readonly string[], input: ByteSource): Promise<void> {
    const name = parts.at(-1) ?? ''
    const place = this.placeOf(parts)
    const folder = await this.folderFor(parts.slice(0, -1), number)
    const before = folder.children.get(name)
    if (member.kind === 'folder') {
      if (before?.kind === 'folder') Object.assign(before, { mode: member.mode, changedAt: member.changedAt, layer: number })
      else {
        await this.remove(folder, name, place)
        await mkdir(place, { mode: 0o700 })
        folder.children.set(name, newNode('folder', number, member))
      }
      return
    }
    const source = member.kind === 'hard link' ? this.linked(member.link) : null
    // A hard link to itself changes nothing.
    if (source !== null && source.place === place) return
    if (before?.layer === number && before.kind !== 'folder')
      this.leave('since a layer names them twice, and the later one counts', `/${parts.join('/')}`)
    if (before) await this.remove(folder, name, place)
    if (member.kind === 'file') {
      await this.writeFile(member, place, input)
      folder.children.set(name, newNode('file', number, member))
    } else if (source !== null) {
      await link(source.place, place)
      folder.children.set(name, newNode('file', number, source.node))
    } else if (member.kind === 'symbolic link') {
      folder.children.set(name, { ...newNode('link', number, member), target: member.link.length > MAX_LINK ? '' : member.link })
    } else {
      const reason = member.kind === 'hard link' ? 'hard links to what is not in the folder' : 'no files, but devices, pipes and the like'
      this.leave(reason, `/${parts.join('/')}`)
    }
  }

  private async writeFile(member: TarMember, place: string, input: ByteSource): Promise<void> {
    const limits = { ...this.limits, dataBytes: this.limits.dataBytes - this.bytes, freeBytes: this.limits.freeBytes - this.bytes }
    if (member.isSparse || member.sizeBytes > SMALL_BYTES) {
      await (await open(place, 'wx', 0o600)).close()
      this.bytes += await withSparseFile(place, limits, async (out) => {
        await copyMember(input, member, out)
        await out.finish(member.sizeBytes)
        return out.written
      })
      await syncFile(place)
    } else await this.writeSmall(member, place, input, limits)
    await chmod(place, member.mode & PERMISSIONS)
    await keepTime(place, member.changedAt, utimes)
  }

  private async writeSmall(member: TarMember, place: string, input: ByteSource, limits: SparseLimits): Promise<void> {
    this.bytes += member.sizeBytes
    if (member.sizeBytes > limits.dataBytes)
      throw new AppError('archive-too-large', { details: { limitBytes: this.limits.dataBytes, packedBytes: limits.packedBytes } })
    const full = (): AppError =>
      new AppError('no-space', { details: { folder: limits.folder, neededBytes: this.bytes, freeBytes: this.limits.freeBytes } })
    if (member.sizeBytes + limits.reserveBytes > limits.freeBytes) throw full()
    const handle = await open(place, 'wx', 0o600)
    try {
      await handle.writeFile(await input.take(member.sizeBytes))
      await handle.sync()
    } catch (thrown) {
      throw ['ENOSPC', 'EDQUOT'].includes(errnoCode(thrown)) ? full() : thrown
    } finally {
      await handle.close()
    }
  }

  private linked(target: string): { node: Node; place: string } | null {
    const at = entryPath(target)
    if (at === null || !isWithin(at, this.folder)) return null
    const parts = this.partsOf(at)
    const node = this.nodeAt(parts)
    return node?.kind === 'file' ? { node, place: this.placeOf(parts) } : null
  }

  /** With all folders above it; a file or link that stands where one belongs gives way. */
  private async folderFor(parts: readonly string[], number: number): Promise<Node> {
    let node = this.root
    for (const [index, name] of parts.entries()) {
      const next = node.children.get(name)
      if (next?.kind === 'folder') {
        node = next
        continue
      }
      const place = this.placeOf(parts.slice(0, index + 1))
      await this.remove(node, name, place)
      await mkdir(place, { mode: 0o700 })
      const made = newNode('folder', number, { mode: 0o755, changedAt: null })
      node.children.set(name, made)
      node = made
    }
    return node
  }

  private async remove(folder: Node, name: string, place: string): Promise<void> {
    const node = folder.children.get(name)
    if (node === undefined) return
    // A link is not made before the end.
    if (node.kind !== 'link') await rm(place, { recursive: true })
    folder.children.delete(name)
  }

  /** Takes away what came with lower layers: a path with all below it, or only what a folder holds. */
  private async hide(at: string, number: number, withItself: boolean): Promise<void> {
    if (isWithin(this.folder, at)) {
      // An opaque folder hides what it holds: the one that is taken, where that is further down.
      await this.hideBelow(this.root, [], number)
      const isGone = withItself || at !== this.folder
      if (isGone && this.root.children.size === 0) this.isThere = false
      return
    }
    if (!isWithin(at, this.folder)) return
    const parts = this.partsOf(at)
    const node = this.nodeAt(parts)
    if (node === null) return
    await this.hideBelow(node, parts, number)
    if (!withItself || node.layer >= number || node.children.size > 0) return
    const parent = this.nodeAt(parts.slice(0, -1))
    if (parent !== null) await this.remove(parent, parts.at(-1) ?? '', this.placeOf(parts))
  }

  private async hideBelow(node: Node, parts: readonly string[], number: number): Promise<void> {
    for (const [name, child] of node.children) {
      const below = [...parts, name]
      await this.hideBelow(child, below, number)
      if (child.layer < number && child.children.size === 0) await this.remove(node, name, this.placeOf(below))
    }
  }

  private async finishFolder(node: Node, parts: readonly string[], counted: { files: number }): Promise<void> {
    for (const [name, child] of node.children) {
      const below = [...parts, name]
      if (child.kind === 'folder') await this.finishFolder(child, below, counted)
      if (child.kind === 'file') counted.files += 1
      if (child.kind === 'link') await this.makeLink(child, below)
    }
    const place = this.placeOf(parts)
    await syncFolder(place)
    // Its owner can always remove what was taken.
    await chmod(place, (node.mode & PERMISSIONS) | 0o700)
    // All that is in it is there: nothing changes it any more.
    await keepTime(place, node.changedAt, utimes)
  }

  private async makeLink({ target, changedAt }: Node, parts: readonly string[]): Promise<void> {
    const stays = linkStaysInside(parts, target, (at) => {
      const node = this.nodeAt(at)
      return node === null ? null : { link: node.kind === 'link' ? node.target : null }
    })
    if (stays && target !== '' && Buffer.byteLength(target) < 4096) {
      await symlink(target, this.placeOf(parts))
      await keepTime(this.placeOf(parts), changedAt, lutimes)
    } else this.leave('links that lead out of the folder', `/${parts.join('/')}`)
  }

  private leave(reason: string, name: string): void {
    const known = this.leftOut.get(reason) ?? { count: 0, names: [] }
    known.count += 1
    if (known.names.length < MAX_TOLD) known.names.push(name.slice(0, 200))
    this.leftOut.set(reason, known)
  }

  private nodeAt(parts: readonly string[]): Node | null {
    let node: Node | undefined = this.root
    for (const name of parts) node = node?.children.get(name)
    return node ?? null
  }

  private partsOf(at: string): string[] {
    return at
      .slice(this.folder === '/' ? 1 : this.folder.length + 1)
      .split('/')
      .filter((part) => part !== '')
  }

  private placeOf(parts: readonly string[]): string {
    return path.join(this.target, ...parts)
  }
}
