import type { Edit } from '#shared/edits/edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import { AppError } from '#shared/errors/app-error'
import type { GuestStat } from '#shared/images/guest-stat'
import type { GuestEntry } from '#shared/images/image-info'
import { type OsTree, resolveInTree, tidyPath, type TreePlace } from '#shared/images/os-tree'
import type { GuestDraft } from '../guest/draft.js'
import { draftStats } from '../guest/draft-stat.js'
import { applyEdits } from '../guest/edits/apply-edits.js'
import type { ImageFiles } from '../guest/guest-files.js'
import { locateIn } from '../guest/locate.js'
import { realTreePath } from '../guest/tree-path.js'
import { realPathIn } from '../guest/volumes/real-path.js'
import type { OpenImage } from './image-sessions.js'
import { factsForEdits } from './preview-edits.js'

/** The files of an image as they are with edits staged. */
export interface ImageView {
  readonly image: OpenImage
  /** Null where nothing is staged. */
  readonly draft: GuestDraft | null
  /** The tree of the system; null where none is found. */
  readonly tree: OsTree | null
  /** What edits would read from where nothing is staged: the image itself. */
  readonly files: Pick<ImageFiles, 'list' | 'find' | 'stat'>
  /** What each of many paths is; a link is not followed. */
  stats(partition: number, paths: readonly string[]): Promise<readonly (GuestStat | undefined)[]>
  /**
   * Where a place is, links of its folder followed.
   * Throws `partition-not-found`, `filesystem-unreadable`, `bad-input` where it is not clear which partition is meant.
   */
  locate(place: GuestPlace): Promise<TreePlace>
  /** Where a place is, the last link followed too. Undefined for what is not there, or where links are not told. */
  follow(place: GuestPlace): Promise<TreePlace | undefined>
}

/** Opens the view of an image with edits; those that cannot be applied are left out, as the list of edits says. */
export async function viewImage(image: OpenImage, edits: readonly Edit[]): Promise<ImageView> {
  const { info, files } = image
  const draft = edits.length === 0 ? null : (await applyEdits(files, info.partitions, edits, { disk: factsForEdits(info).disk })).draft
  const tree = await image.tree()
  const source = draft ?? files
  const stats: ImageView['stats'] = async (partition, paths) =>
    draft ? draftStats(draft, files, partition, paths) : files.stats(partition, paths)
  return {
    image,
    draft,
    tree,
    files: source,
    stats,
    locate: (place) => locateIn(source, info.partitions, place, async () => tree),
    follow: async (place) => {
      const file = tidyPath(place.path)
      if (place.partition === undefined && tree) {
        const real = await realTreePath(source, tree, file)
        return real === undefined ? undefined : resolveInTree(tree, real)
      }
      const at = await locateIn(source, info.partitions, place)
      const real = await realPathIn((paths) => stats(at.partition, paths), at.path)
      return real === undefined ? undefined : { partition: at.partition, path: real }
    },
  }
}

/** What is at a place, and where; a link at its end is followed. Throws `guest-file-not-found`. */
export async function requireEntry(view: ImageView, place: GuestPlace): Promise<{ at: TreePlace; entry: GuestEntry }> {
  const at = (await view.follow(place)) ?? (await view.locate(place))
  if (at.path === '/') {
    if (!(await view.image.files.isReadable(at.partition)))
      throw new AppError('filesystem-unreadable', { details: { partition: at.partition } })
    return { at, entry: { name: '/', kind: 'folder', sizeBytes: null } }
  }
  const entry = await view.files.find(at.partition, at.path)
  if (!entry) throw new AppError('guest-file-not-found', { details: { file: place.path, partition: at.partition } })
  return { at, entry }
}
