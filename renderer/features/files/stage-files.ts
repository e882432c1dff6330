import type { Edit, EditOf } from '#shared/edits/edit'
import type { FileContent } from '#shared/edits/file-edits'
import type { GuestPlace } from '#shared/edits/guest-place'
import type { HostFiles } from '#shared/files-calls'
import { joinFolder } from './guest-folder.js'

type FileEdit = EditOf<'write-file' | 'remove-file' | 'rename-file' | 'make-folder' | 'set-attributes'>

const FILE_KINDS: ReadonlySet<Edit['kind']> = new Set(['write-file', 'remove-file', 'rename-file', 'make-folder', 'set-attributes'])

function isFileEdit(edit: Edit): edit is FileEdit {
  return FILE_KINDS.has(edit.kind)
}

/** A name in a folder, in the words of edits. */
export function placeIn(where: GuestPlace, name: string): GuestPlace {
  return { ...where, path: joinFolder(where.path, name) }
}

function isSame(a: GuestPlace, b: GuestPlace): boolean {
  return a.partition === b.partition && a.path === b.path
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** Whether an edit may touch the file: other kinds of edits say not what they touch, so each may. */
function touches(edit: Edit, place: GuestPlace): boolean {
  if (!isFileEdit(edit)) return true
  if (edit.partition !== place.partition) return edit.partition === undefined || place.partition === undefined
  const ends = edit.kind === 'rename-file' ? [edit.path, edit.to] : [edit.path]
  return ends.some((end) => isWithin(place.path, end) || isWithin(end, place.path))
}

/** Index of the edit of this kind and place that nothing after it can have changed; -1 where there is none. */
function lastOf(edits: readonly Edit[], kind: FileEdit['kind'], place: GuestPlace): number {
  const at = edits.findLastIndex((edit) => edit.kind === kind && isFileEdit(edit) && isSame(edit, place))
  const isCovered = edits.slice(at + 1).some((edit) => touches(edit, place))
  return at >= 0 && !isCovered ? at : -1
}

interface Written {
  readonly content: FileContent
  /** Of the content that was read; null where there was no file. */
  readonly sha256: string | null
  /** For a file that is not there yet. */
  readonly mode?: number
}

/** Gives a file a content. A file that is edited again keeps one edit, made for the content in the image. */
export function stageWrite(edits: readonly Edit[], place: GuestPlace, { content, sha256, mode }: Written): Edit[] {
  const at = lastOf(edits, 'write-file', place)
  const known = edits[at]
  if (known?.kind === 'write-file') return edits.with(at, { ...known, content })
  const expected = sha256 === null ? {} : { expectedSha256: sha256 }
  return [...edits, { kind: 'write-file', ...place, content, ...expected, ...(mode === undefined ? {} : { mode }) }]
}

/** Takes things away. What is only staged and nothing else was done to leaves no edit. */
export function stageRemove(edits: readonly Edit[], rows: readonly { readonly place: GuestPlace; readonly isNew: boolean }[]): Edit[] {
  return rows.reduce<Edit[]>(
    (staged, { place, isNew }) => {
      const removal: Edit = { kind: 'remove-file', ...place }
      if (!isNew) return [...staged, removal]
      const isOwn = (edit: Edit): boolean => isFileEdit(edit) && edit.partition === place.partition && isWithin(edit.path, place.path)
      const renamesAway = staged.some((edit) => edit.kind === 'rename-file' && touches(edit, place))
      const making = staged.some((edit) => isOwn(edit) && (edit.kind === 'write-file' || edit.kind === 'make-folder'))
      return making && !renamesAway ? staged.filter((edit) => !isOwn(edit)) : [...staged, removal]
    },
    [...edits],
  )
}

export function stageRename(edits: readonly Edit[], place: GuestPlace, to: string): Edit[] {
  return [...edits, { kind: 'rename-file', ...place, to }]
}

export function stageFolder(edits: readonly Edit[], place: GuestPlace): Edit[] {
  return [...edits, { kind: 'make-folder', ...place }]
}

export interface AttributeWish {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
}

/** Sets mode and owner; a second change of the same file joins the first. */
export function stageAttributes(edits: readonly Edit[], places: readonly GuestPlace[], wish: AttributeWish): Edit[] {
  return places.reduce<Edit[]>(
    (staged, place) => {
      const at = lastOf(staged, 'set-attributes', place)
      const known = staged[at]
      if (known?.kind === 'set-attributes') return staged.with(at, { ...known, ...wish })
      return [...staged, { kind: 'set-attributes', ...place, ...wish }]
    },
    [...edits],
  )
}

/** Adds files of this machine to a folder; programs stay programs. */
export function stageHostFiles(edits: readonly Edit[], where: GuestPlace, { files, folders }: HostFiles): Edit[] {
  const made = folders.reduce<Edit[]>((staged, folder) => stageFolder(staged, placeIn(where, folder)), [...edits])
  return files.reduce<Edit[]>(
    (staged, file) =>
      stageWrite(staged, placeIn(where, file.relative), { ...hostContent(file), ...(file.executable ? { mode: 0o755 } : {}) }),
    made,
  )
}

/** The content of a file of this machine, refused when it changes before it is written. */
export function hostContent(file: HostFiles['files'][number]): Pick<Written, 'content' | 'sha256'> {
  return { content: { hostFile: file.path, ...(file.sha256 === null ? {} : { sha256: file.sha256 }) }, sha256: null }
}

/** Takes back the last edit that took a file away; null where none of the list did. */
export function putBack(edits: readonly Edit[], place: GuestPlace): Edit[] | null {
  const at = edits.findLastIndex(
    (edit) =>
      (edit.kind === 'remove-file' || edit.kind === 'rename-file') && edit.partition === place.partition && edit.path === place.path,
  )
  return at < 0 ? null : edits.toSpliced(at, 1)
}
