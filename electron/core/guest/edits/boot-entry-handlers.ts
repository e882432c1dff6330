import { setBlsKey } from '#shared/boot/bls'
import type { BootEntry, BootFile } from '#shared/boot/boot-entry'
import { duplicateExtlinuxEntry, moveExtlinuxEntry, removeExtlinuxEntry, setExtlinuxArgs, setExtlinuxTitle } from '#shared/boot/extlinux'
import {
  duplicateGrubEntry,
  moveGrubEntry,
  parseGrubCfg,
  removeGrubEntry,
  setGrubEntryArgs,
  setGrubEntryTitle,
} from '#shared/boot/grub-cfg'
import { sortKeyFor } from '#shared/boot/move-bls'
import { newBlsEntry } from '#shared/boot/new-bls'
import type { EditOf } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import { fileOfEntry, findEntry, NEW_BOOT_FILE, writeTexts } from './boot-writing.js'
import type { EditContext, EditHandlers } from './edit-handler.js'

type Kinds = 'entry-title' | 'entry-duplicate' | 'entry-add' | 'entry-remove' | 'entry-enable' | 'entry-move'

export const bootEntryHandlers: EditHandlers<Kinds> = {
  async 'entry-title'(context, edit) {
    const { entry, file, name } = await look(context, edit.entry)
    if (entry.loader === 'uki') throw refused(entry, 'the title of a unified kernel image is that of the system inside it')
    if (entry.loader === 'bls') await write(context, file, setBlsKey(file.text, 'title', edit.title))
    else if (entry.loader === 'grub') await write(context, file, setGrubEntryTitle(file.text, name, edit.title))
    else await write(context, file, setExtlinuxTitle(file.text, name, edit.title))
  },
  async 'entry-duplicate'(context, edit) {
    await addLike(context, { kind: 'entry-add', like: edit.entry, name: edit.name, title: edit.title })
  },
  async 'entry-add'(context, edit) {
    await addLike(context, edit)
  },
  async 'entry-remove'(context, edit) {
    const { entry, file, name } = await look(context, edit.entry)
    if (entry.loader === 'bls' || entry.loader === 'uki') await context.draft.remove(file.partition, file.realPath)
    else if (entry.loader === 'grub') await write(context, file, removeGrubEntry(file.text, name))
    else await write(context, file, removeExtlinuxEntry(file.text, name))
    if (entry.loader !== 'uki' && entry.linux !== null) context.note('Its kernel and initial RAM disk stay where they are')
    await tellDefault(context, entry)
  },
  async 'entry-enable'(context, edit) {
    const { entry, file } = await look(context, edit.entry)
    if (entry.loader !== 'bls' && entry.loader !== 'uki') {
      throw refused(entry, 'entries of this menu have no switch: remove it, or let another one boot by default')
    }
    if (entry.enabled === edit.enabled) return
    const target = edit.enabled ? file.realPath.replace(/\.disabled$/i, '') : `${file.realPath}.disabled`
    await context.draft.rename(file.partition, file.realPath, target)
    await tellDefault(context, entry)
  },
  async 'entry-move'(context, edit) {
    const { entry, file, name } = await look(context, edit.entry)
    const before = edit.before === null ? null : findEntry((await context.boot()).entries, edit.before)
    if (entry.loader === 'uki') throw refused(entry, 'unified kernel images are sorted by what is inside them')
    if (entry.loader === 'bls') {
      await moveBls(context, entry, file, before)
      return
    }
    if (before !== null && before.file !== entry.file) throw refused(entry, 'the other entry stands in another file')
    const target = before === null ? null : before.id.slice(file.id.length + 1)
    const move = entry.loader === 'grub' ? moveGrubEntry : moveExtlinuxEntry
    await write(context, file, move(file.text, name, target))
  },
}

interface Looked {
  readonly entry: BootEntry
  readonly file: BootFile
  /** What names the entry inside of its file. */
  readonly name: string
}

async function look(context: EditContext, choice: string): Promise<Looked> {
  const { files, entries } = await context.boot()
  const entry = findEntry(entries, choice)
  const file = fileOfEntry(files, entry)
  if (file.problem !== null && entry.loader !== 'uki') throw refused(entry, file.problem)
  return { entry, file, name: entry.id.slice(file.id.length + 1) }
}

async function write(context: EditContext, file: BootFile, text: string): Promise<void> {
  await writeTexts(context, [file], { texts: new Map([[file, text]]), created: [], notes: [] })
}

/** Whether the menu that the edit adds to has an entry of that name and title. */
export async function isAdded(context: EditContext, edit: EditOf<'entry-add'> | EditOf<'entry-duplicate'>): Promise<boolean> {
  const { files, entries } = await context.boot()
  const choice = edit.kind === 'entry-add' ? (edit.like ?? entries[0]?.id ?? '') : edit.entry
  const like = findEntry(entries, choice)
  const file = fileOfEntry(files, like)
  const path = blsPath(file, edit.name)
  return entries.some((entry) => {
    if (entry.loader !== like.loader || entry.title !== edit.title) return false
    if (entry.loader === 'bls') return entry.partition === file.partition && entry.realPath === path
    if (entry.file !== file.id) return false
    const name = entry.id.slice(file.id.length + 1)
    return entry.loader === 'grub'
      ? parseGrubCfg(file.text).entries.find(({ index }) => index === name)?.id === edit.name
      : name === edit.name
  })
}

function blsPath(like: BootFile, name: string): string {
  return `${like.realPath.slice(0, like.realPath.lastIndexOf('/'))}/${name.replace(/\.conf$/i, '')}.conf`
}

async function addLike(context: EditContext, edit: EditOf<'entry-add'>): Promise<void> {
  const { entries } = await context.boot()
  const like = edit.like ?? entries[0]?.id
  if (like === undefined) throw new AppError('no-boot-entries')
  const { entry, file, name } = await look(context, like)
  if (entry.loader === 'uki') throw refused(entry, 'a unified kernel image is built, not written: copy the file instead')
  if (entry.loader === 'bls') {
    await addBls(context, file, edit)
    return
  }
  const isOther =
    (edit.linux !== undefined && edit.linux !== entry.linux) ||
    (edit.initrds !== undefined && edit.initrds.join('\n') !== entry.initrds.join('\n'))
  if (isOther) throw refused(entry, 'a new entry of this menu starts the kernel of the one it is made from')
  await write(context, file, entry.loader === 'grub' ? grubCopy(file.text, name, edit) : extlinuxCopy(file.text, name, edit))
}

function grubCopy(text: string, index: string, edit: EditOf<'entry-add'>): string {
  if (parseGrubCfg(text).entries.some(({ id }) => id === edit.name)) {
    throw new AppError('edit-conflict', { details: { reason: `there is an entry ${edit.name} already` } })
  }
  const copied = duplicateGrubEntry(text, index, { title: edit.title, id: edit.name })
  const copy = parseGrubCfg(copied).entries.find(({ id }) => id === edit.name)
  return edit.args === undefined || !copy ? copied : setGrubEntryArgs(copied, copy.index, edit.args)
}

function extlinuxCopy(text: string, label: string, edit: EditOf<'entry-add'>): string {
  const copied = duplicateExtlinuxEntry(text, label, { label: edit.name, title: edit.title })
  return edit.args === undefined ? copied : setExtlinuxArgs(copied, edit.name, edit.args)
}

async function addBls({ draft }: EditContext, like: BootFile, edit: EditOf<'entry-add'>): Promise<void> {
  const path = blsPath(like, edit.name)
  if (await draft.find(like.partition, path)) throw new AppError('guest-file-exists', { details: { path, partition: like.partition } })
  const bytes = Buffer.from(newBlsEntry(like.text, edit), like.encoding)
  await draft.write(like.partition, path, bytes, bytes.length, NEW_BOOT_FILE)
}

async function moveBls(context: EditContext, entry: BootEntry, file: BootFile, before: BootEntry | null): Promise<void> {
  const { files, entries } = await context.boot()
  const siblings = entries.filter((one) => one.loader === 'bls' || one.loader === 'uki')
  const isByName =
    files.some((one) => one.kind === 'grub-cfg' && parseGrubCfg(one.text).usesBlscfg) && siblings.every(({ sortKey }) => sortKey === null)
  if (isByName) throw refused(entry, 'GRUB sorts these entries by their file names, newest version first: the order follows the names')
  const sortKey = sortKeyFor(siblings, entry.id, before?.id ?? null)
  if (sortKey !== entry.sortKey) await write(context, file, setBlsKey(file.text, 'sort-key', sortKey))
}

/** Without the entry that booted, another one does. */
async function tellDefault(context: EditContext, entry: BootEntry): Promise<void> {
  if (!entry.isDefault) return
  const now = (await context.boot()).entries.find(({ isDefault }) => isDefault)
  context.note(now ? `"${now.title}" boots by default now` : 'Nothing boots by default now')
}

function refused(entry: BootEntry, reason: string): AppError {
  return new AppError('edit-conflict', { details: { path: entry.path, entry: entry.id, reason } })
}
