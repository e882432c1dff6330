import { AppError } from '#shared/errors/app-error'

/** Of all layers of an image together. */
export const MAX_ENTRIES = 1_000_000
/** For each entry on average, far above what real images have: names and links in characters, and folders that no entry before stands in. */
const CHARS_EACH = 256
const FOLDERS_EACH = 4

/** Counts one more entry by its path, and its link where it is one. Throws `archive-too-large` when the image has too many, or too long ones. */
export type CountEntry = (path: string, link?: string | null) => void

/** Keeps what is remembered of an image's entries within what this machine can hold: a few packed bytes can stand for a million long names. */
export class EntryBudget {
  private entries = 0
  private chars = 0
  private folders = 0

  constructor(private readonly most = MAX_ENTRIES) {}

  /** For one layer, whose entries come in order. */
  layer(): CountEntry {
    let before = ''
    return (path, link) => {
      this.entries += 1
      this.chars += path.length + (link?.length ?? 0)
      this.folders += newFolders(before, path)
      before = path
      if (this.entries > this.most) throw tooLarge(`more than ${this.most} files and folders`)
      if (this.chars > this.most * CHARS_EACH) throw tooLarge('longer names of files and folders than fit into memory')
      if (this.folders > this.most * FOLDERS_EACH) throw tooLarge('deeper folders than fit into memory')
    }
  }
}

/** Folders of `path` that are not also those of the entry before. */
function newFolders(before: string, path: string): number {
  let at = 0
  while (at < path.length && path[at] === before[at]) at += 1
  let count = 0
  for (let slash = path.indexOf('/', Math.max(1, at)); slash >= 0; slash = path.indexOf('/', slash + 1)) count += 1
  return count
}

function tooLarge(reason: string): AppError {
  return new AppError('archive-too-large', { details: { path: 'The image', reason } })
}
