import type { MakeFolder, MakeLink, RemoveFile, RenameFile, SetAttributes, Attributes } from '../engine.js'
import { type GuestStat, parseStat } from '../../tools/guestfish/stat.js'
import type { GuestfishMount } from './guestfish-mount.js'
import { Refused } from './outcomes.js'

const SELINUX = 'security.selinux'

/** A name in a folder, which is a real path of the mounted tree; the name itself is not followed. */
export interface GuestName {
  readonly folder: string
  readonly path: string
}

/** @throws Refused `missing`, `not-a-folder` */
export async function resolveName({ session }: GuestfishMount, file: string): Promise<GuestName> {
  const plain = file.replace(/\/+$/, '')
  const cut = plain.lastIndexOf('/')
  const answer = await session.may('realpath', [plain.slice(0, cut) || '/'])
  if (answer === '') throw new Refused('missing')
  const folder = answer.replace(/\n$/, '')
  const stat = parseStat(await session.may('lstatns', [folder]))
  if (!stat) throw new Refused('missing')
  if (!stat.folder) throw new Refused('not-a-folder')
  return { folder, path: `${folder === '/' ? '' : folder}${plain.slice(cut)}` }
}

/** Null when there is nothing. */
export async function statName({ session }: GuestfishMount, file: string): Promise<GuestStat | null> {
  return parseStat(await session.may('lstatns', [file]))
}

/** @throws Refused `exists` beside those of `resolveName` */
export async function newName(mount: GuestfishMount, file: string): Promise<GuestName> {
  const name = await resolveName(mount, file)
  if (await statName(mount, name.path)) throw new Refused('exists')
  return name
}

/** Mode, owner and label of something new, read again. */
export async function giveAttributes(mount: GuestfishMount, name: GuestName, wanted: Attributes): Promise<void> {
  if (!mount.keepsAttributes) return
  await setOwnerAndMode(mount, name.path, wanted)
  await giveLabel(mount, name, wanted.selinux)
}

async function setOwnerAndMode(mount: GuestfishMount, file: string, wanted: Omit<Attributes, 'selinux'>): Promise<void> {
  await mount.session.may('chown', [wanted.uid, wanted.gid, file])
  await mount.session.may('chmod', [wanted.mode, file])
  const stat = await statName(mount, file)
  if (stat?.mode !== wanted.mode || stat.uid !== wanted.uid || stat.gid !== wanted.gid)
    throw new Refused('failed', { reason: 'its mode or owner differs after writing' })
}

/** Labels in images end with a NUL, as libselinux writes them; the NUL that ends the word in the appliance is the label's. */
async function giveLabel(mount: GuestfishMount, name: GuestName, label: string | null): Promise<void> {
  const { session } = mount
  const wanted = label ?? (await labelOf(mount, name.folder))
  if (wanted === '') return
  await session.may('lsetxattr', [SELINUX, wanted, Buffer.byteLength(wanted) + 1, name.path])
  if ((await labelOf(mount, name.path)) !== wanted) throw new Refused('failed', { reason: 'its SELinux label differs after writing' })
}

async function labelOf({ session }: GuestfishMount, file: string): Promise<string> {
  return (await session.may('lgetxattr', [file, SELINUX])).replace(/\n$/, '').replace(/\0$/, '')
}

export async function makeFolder(mount: GuestfishMount, operation: MakeFolder): Promise<void> {
  const name = await newName(mount, operation.path)
  await mount.session.may('mkdir', [name.path])
  if (!(await statName(mount, name.path))) throw await whyNotMade(mount)
  await undoing(
    () => giveAttributes(mount, name, operation),
    () => mount.session.may('rmdir', [name.path]),
  )
}

export async function makeLink(mount: GuestfishMount, operation: MakeLink): Promise<void> {
  const name = await newName(mount, operation.path)
  if (!mount.keepsAttributes) throw new Refused('unsupported', { reason: 'The file system has no symbolic links' })
  await mount.session.may('ln-s', [operation.target, name.path])
  if (!(await statName(mount, name.path))) throw await whyNotMade(mount)
  await undoing(
    () => giveLabel(mount, name, null),
    () => mount.session.may('rm-f', [name.path]),
  )
}

async function whyNotMade(mount: GuestfishMount): Promise<Refused> {
  const free = await mount.freeBytes()
  return free === 0 ? new Refused('full', { neededBytes: 0, freeBytes: 0 }) : new Refused('failed', { reason: 'it could not be made' })
}

/** Something that could not be finished is taken away again. */
export async function undoing(work: () => Promise<void>, undo: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    if (thrown instanceof Refused) await undo()
    throw thrown
  }
}

export async function remove(mount: GuestfishMount, operation: RemoveFile): Promise<void> {
  const { session } = mount
  const { path } = await resolveName(mount, operation.path)
  const stat = await statName(mount, path)
  if (!stat) throw new Refused('missing')
  if (!stat.folder) await session.may('rm', [path])
  else if (operation.recursive) await session.may('rm-rf', [path])
  else await session.may('rmdir', [path])
  if (!(await statName(mount, path))) return
  if (stat.folder && !operation.recursive && (await session.may('ls0', [path, '/dev/stdout'])) !== '') throw new Refused('not-empty')
  throw new Refused('failed', { reason: 'it is still there' })
}

export async function rename(mount: GuestfishMount, operation: RenameFile): Promise<void> {
  const from = (await resolveName(mount, operation.path)).path
  if (!(await statName(mount, from))) throw new Refused('missing')
  const to = (await resolveName(mount, operation.to)).path
  // On FAT a name finds itself in any case of letters.
  const same = mount.filesystem === 'vfat' && from !== to && from.toLowerCase() === to.toLowerCase()
  if (!same && (await statName(mount, to))) throw new Refused('exists')
  if (to.startsWith(`${from}/`)) throw new Refused('unsupported', { reason: 'A folder cannot be moved into itself' })
  await mount.session.may('rename', [from, to])
  if (!(await statName(mount, to))) throw new Refused('failed', { reason: 'it could not be renamed' })
}

export async function setAttributes(mount: GuestfishMount, operation: SetAttributes): Promise<void> {
  const answer = await mount.session.may('realpath', [operation.path])
  if (answer === '') throw new Refused('missing')
  const path = answer.replace(/\n$/, '')
  const stat = await statName(mount, path)
  if (!stat) throw new Refused('missing')
  if (!mount.keepsAttributes) return
  // Changing an owner can take set-user-id bits away, so the mode is always given again.
  await setOwnerAndMode(mount, path, { mode: operation.mode ?? stat.mode, uid: operation.uid ?? stat.uid, gid: operation.gid ?? stat.gid })
}
