import { type FoundDisk, mayBeTaken } from '#shared/containers/candidates'
import { entryPath, isWithin, parentOf } from '#shared/containers/entry-name'
import { roleOf } from '#shared/containers/layer-merge'
import { followLink } from '#shared/containers/link-inside'
import { mayBeFirstPart } from '#shared/containers/split-names'
import { AppError } from '#shared/errors/app-error'
import { showControl } from '#shared/text/visible'
import type { ByteSource } from '../../guest/initramfs/byte-source.js'
import { readTar, type TarMember } from '../unpack/tar-reader.js'
import { EntryBudget } from './entry-budget.js'
import { blobMember, blobPath } from './index-image.js'
import { finishLayer, layerProblem } from './layer-stream.js'
import { MAX_LINK } from './read-layer.js'
import { type ProbeBudget, probeBudget, probeMember } from './probe-member.js'
import { notThere, requireNoReference, type TakeJob, type TakenFile, type TakenLayer, twice, withLayer, writeMember } from './take.js'

/** Each is another reading of the layers. */
const MAX_LINKS = 8

/** What was asked for is not one file: it has to be taken in another way. `path`: where it is, links followed. */
export interface NoFile {
  readonly noFile: 'folder' | 'split'
  readonly path: string
}

type Seen = TakenFile | 'split' | null

/**
 * Writes a file of the image to `part`, an empty file, while its layer streams; the uppermost layer that has it counts. `path` as entries are named.
 * Links are followed inside of the image. What may be the first part of a disk is not taken, but told, unless `alone`. Throws `guest-file-not-found`, `not-a-regular-file`, `container-invalid`,
 * `blob-mismatch`, and what `writeMember` throws.
 */
export async function takeNamed(job: TakeJob, path: string, part: string, alone: boolean): Promise<TakenFile | NoFile> {
  let wanted = path
  for (let links = 0; links <= MAX_LINKS; links += 1) {
    const taken = await takeFromLayers({ ...job, alone }, wanted, part)
    if (taken === 'folder' || taken === 'split') return { noFile: taken, path: wanted }
    if (!(taken instanceof Link)) return taken
    wanted = taken.target
  }
  throw new AppError('container-invalid', { details: { reason: `${showControl(path)} is a link that leads on for ever, or nearly so` } })
}

/** What was asked for stands at another path. */
class Link {
  constructor(readonly target: string) {}
}

interface NamedJob extends TakeJob {
  readonly alone: boolean
}

async function takeFromLayers(job: NamedJob, wanted: string, part: string): Promise<TakenFile | 'folder' | 'split' | Link> {
  for (const layer of [...job.layers].reverse()) {
    const taken = await withLayer(job, layer, (input) => namedInLayer(job, layer, input, wanted, part))
    if (taken === 'hidden') break
    if (taken !== null) return taken
  }
  throw notThere(wanted)
}

type Named = TakenFile | 'folder' | 'split' | 'hidden' | Link | null

async function namedInLayer(job: NamedJob, { layer }: TakenLayer, input: ByteSource, wanted: string, part: string): Promise<Named> {
  if (layer.kind === 'file') {
    if (blobPath(layer) !== wanted && `/${layer.digest}` !== wanted) return null
    return takeMember(job, layer.digest, input, blobMember(layer), layer.title ?? layer.digest, part, true)
  }
  let taken: Named = null
  for await (const { member, path } of entriesOf(input, layer.digest)) {
    const role = roleOf(path)
    const hides =
      role.role === 'whiteout' ? isWithin(wanted, role.path) : role.role === 'opaque' && wanted !== role.path && isWithin(wanted, role.path)
    if (hides) taken ??= 'hidden'
    if (role.role !== 'entry') continue
    if (path === wanted) {
      if (typeof taken === 'object' && taken !== null) throw twice(path)
      taken = await takeEntry(job, layer.digest, input, member, wanted, part)
      if (taken === 'folder' || taken === 'split') return taken
    } else if (isWithin(path, wanted)) {
      return 'folder'
    } else if (member.kind === 'symbolic link' && path !== '/' && isWithin(wanted, path)) {
      taken ??= linkTo(wanted, path, member)
    } else if (member.kind !== 'folder' && path !== '/' && isWithin(wanted, path)) {
      // A file where the folder was: what lower layers have in it is gone.
      taken ??= 'hidden'
    }
  }
  await finishLayer(input)
  return taken
}

async function takeEntry(
  job: NamedJob,
  digest: string,
  input: ByteSource,
  member: TarMember,
  wanted: string,
  part: string,
): Promise<Named> {
  switch (member.kind) {
    case 'folder':
      return 'folder'
    case 'file':
      return takeMember(job, digest, input, member, wanted, part, false)
    case 'hard link': {
      const target = entryPath(member.link)
      if (target === null || target === wanted)
        throw new AppError('container-invalid', {
          details: { reason: `${showControl(wanted)} is a hard link that leads out of the image` },
        })
      return new Link(target)
    }
    case 'symbolic link':
      return linkTo(wanted, wanted, member)
    default:
      throw new AppError('not-a-regular-file', { details: { path: showControl(wanted), reason: `it is a ${member.kind}` } })
  }
}

function linkTo(wanted: string, link: string, { link: target }: TarMember): Link {
  const place = target.length > MAX_LINK ? null : followLink(wanted, { link, target })
  if (place !== null && place.length <= MAX_LINK) return new Link(place)
  throw new AppError('not-a-regular-file', {
    details: { path: showControl(link), reason: `it is a symbolic link to ${showControl(target.slice(0, MAX_LINK))}; take that` },
  })
}

async function takeMember(
  job: NamedJob,
  digest: string,
  input: ByteSource,
  member: TarMember,
  path: string,
  part: string,
  isBlob: boolean,
): Promise<TakenFile | 'split'> {
  const found = await probeMember(job.host, input, member, { path, layer: digest, isBlob }, probeBudget())
  requireNoReference(found)
  if (found !== null && !job.alone && mayBeFirstPart(path)) return 'split'
  const written = await writeMember(job, input, member, found, part)
  if (isBlob) await finishLayer(input)
  return { path, layers: [digest], parts: 1, ...written }
}

/**
 * Writes the only disk of the image to `part` while looking for others: the first one that turns up is written, and a second one ends it. Throws
 * `no-disk-in-container`, `several-disks`, `reference-refused`, and what `takeNamed` throws.
 */
export async function takeOnlyDisk(job: TakeJob, part: string): Promise<TakenFile | 'split'> {
  const search = new Search()
  for (const layer of [...job.layers].reverse()) {
    const end = await withLayer(job, layer, (input) => search.layer(job, layer, input, part))
    if (end === 'split') return 'split'
  }
  return search.result()
}

/** Goes from the uppermost layer down, and keeps in mind what upper layers hide. */
class Search {
  private taken: TakenFile | null = null
  private refused: FoundDisk | null = null
  private entries = 0
  private readonly names = new EntryBudget()
  private readonly budget: ProbeBudget = probeBudget()
  private readonly above = { names: new Set<string>(), files: new Set<string>(), whiteouts: new Set<string>(), opaques: new Set<string>() }

  async layer(job: TakeJob, { layer }: TakenLayer, input: ByteSource, part: string): Promise<Seen> {
    const count = this.names.layer()
    const here: { path: string; isFolder: boolean }[] = []
    const [whiteouts, opaques]: [string[], string[]] = [[], []]
    for await (const { member, path } of entriesOf(input, layer.digest)) {
      this.entries += 1
      count(path)
      const role = roleOf(path)
      if (role.role === 'whiteout') whiteouts.push(role.path)
      if (role.role === 'opaque') opaques.push(role.path)
      if (role.role !== 'entry') continue
      if (job.layers.length > 1) here.push({ path, isFolder: member.kind === 'folder' })
      if (this.taken?.path === path && this.taken.layers[0] === layer.digest) throw twice(path)
      if (member.kind !== 'file' || member.sizeBytes === 0 || this.isHidden(path)) continue
      const found = await probeMember(job.host, input, member, { path, layer: layer.digest, isBlob: false }, this.budget)
      if (found !== null && mayBeFirstPart(path) && mayBeTaken(found)) {
        if (this.taken !== null) throw severalDisks([this.taken.path, path])
        return 'split'
      }
      await this.found(job, input, member, found, part)
    }
    await finishLayer(input)
    for (const { path, isFolder } of here) {
      this.above.names.add(path)
      if (!isFolder) this.above.files.add(path)
    }
    for (const path of whiteouts) this.above.whiteouts.add(path)
    for (const path of opaques) this.above.opaques.add(path)
    return null
  }

  result(): TakenFile {
    if (this.taken !== null) return this.taken
    requireNoReference(this.refused)
    if (this.refused !== null) throw needsOthers(this.refused)
    throw new AppError('no-disk-in-container', { details: { entries: this.entries } })
  }

  private async found(job: TakeJob, input: ByteSource, member: TarMember, found: FoundDisk | null, part: string): Promise<void> {
    if (found === null) return
    if (!mayBeTaken(found)) {
      if (found.needs.length > 0) this.refused ??= found
      return
    }
    if (this.taken !== null) throw severalDisks([this.taken.path, found.path])
    job.message(`Found ${showControl(found.path)}: ${found.label}`)
    const written = await writeMember(job, input, member, found, part)
    this.taken = { path: found.path, layers: [found.layer], parts: 1, ...written }
  }

  private isHidden(path: string): boolean {
    const { names, files, whiteouts, opaques } = this.above
    if (names.has(path) || whiteouts.has(path)) return true
    for (let folder = parentOf(path); ; folder = parentOf(folder)) {
      if (whiteouts.has(folder) || opaques.has(folder) || files.has(folder)) return true
      if (folder === '/') return false
    }
  }
}

export function severalDisks(paths: readonly string[]): AppError {
  return new AppError('several-disks', { details: { disks: paths.slice(0, 20).map(showControl).join(', ') } })
}

export function needsOthers({ path, needs }: Pick<FoundDisk, 'path' | 'needs'>): AppError {
  return new AppError('image-unsupported', {
    details: {
      path: showControl(path),
      feature: 'A disk in several files',
      reason: `${showControl(path)} needs ${needs.map(showControl).join(', ')}, and is no disk without`,
      next: 'Take its folder, or name it with --path to have that file alone.',
    },
  })
}

async function* entriesOf(input: ByteSource, digest: string): AsyncGenerator<{ member: TarMember; path: string }> {
  try {
    for await (const member of readTar(input, digest)) {
      const path = entryPath(member.name)
      if (path !== null) yield { member, path }
    }
  } catch (thrown) {
    throw layerProblem(thrown, digest)
  }
}
