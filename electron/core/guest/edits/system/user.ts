import { AppError } from '#shared/errors/app-error'
import { addMember, addRow, addSubordinateIds, hasRow, loginDef, nextId, readAccounts, readGroups } from '#shared/system/accounts'
import type { EditOf } from '#shared/edits/edit'
import type { EditContext, EditHandlers } from '../edit-handler.js'
import { openSystem } from './find-systems.js'
import type { GuestSystem } from './guest-system.js'
import { homeLabels } from './home-labels.js'
import { copySkeleton } from './skeleton.js'

/** What counts where login.defs(5) says nothing. */
const FIRST_ID = 1000
const LAST_ID = 60_000
const HOME_MODE = 0o700

/** The account files as they are; OSTree keeps accounts of the system in /usr/lib, which edits leave alone (nss-altfiles). */
interface AccountFiles {
  readonly passwd: string
  readonly group: string
  readonly systemPasswd: string
  readonly systemGroup: string
  readonly loginDefs: string
}

export const userHandler: EditHandlers<'user'> = {
  async user(context, edit) {
    const system = await openSystem(context, edit.root)
    const files = await readFiles(system)
    checkNames(files, edit)
    const { uid, gid } = chooseIds(files, edit)
    await checkSudo(system, edit)
    const shell = await chooseShell(context, system, edit)
    const home = `/home/${edit.name}`
    await writeAccount(system, files, edit, { uid, gid, home, shell })
    await makeHome(context, system, files, { uid, gid, home })
    if (edit.sudo !== 'none') {
      const rule = `${edit.name} ALL=(ALL) ${edit.sudo === 'nopasswd' ? 'NOPASSWD: ' : ''}ALL\n`
      await system.write(sudoersFile(edit.name), rule, { mode: 0o440, uid: 0, gid: 0 })
    }
    if (edit.sudo === 'password' && (edit.passwordHash === undefined || edit.passwordHash.startsWith('!')))
      context.note(`sudo asks ${edit.name} for a password, and the account has none.`)
  },
}

/** Whether a user of that name is in the image, whatever else is known of it. */
export async function hasUser(context: EditContext, edit: EditOf<'user'>): Promise<boolean> {
  const { passwd, systemPasswd } = await readFiles(await openSystem(context, edit.root))
  return hasRow(passwd, edit.name) || hasRow(systemPasswd, edit.name)
}

async function readFiles(system: GuestSystem): Promise<AccountFiles> {
  const optional = async (file: string): Promise<string> => (await system.text(file)) ?? ''
  return {
    passwd: await system.requireText('/etc/passwd'),
    group: await system.requireText('/etc/group'),
    systemPasswd: await optional('/usr/lib/passwd'),
    systemGroup: await optional('/usr/lib/group'),
    loginDefs: await optional('/etc/login.defs'),
  }
}

function checkNames(files: AccountFiles, { name, groups }: EditOf<'user'>): void {
  if (hasRow(files.passwd, name) || hasRow(files.systemPasswd, name)) throw conflict('/etc/passwd', `there is a user ${name} already`)
  if (hasRow(files.group, name) || hasRow(files.systemGroup, name)) throw conflict('/etc/group', `there is a group ${name} already`)
  const missing = groups.find((group) => !hasRow(files.group, group) && !hasRow(files.systemGroup, group))
  if (missing !== undefined) throw conflict('/etc/group', `there is no group ${missing}`)
}

/** A user's own group has the same number where it is free, useradd(8). */
function chooseIds(files: AccountFiles, edit: EditOf<'user'>): { uid: number; gid: number } {
  const uids = readAccounts(`${files.passwd}\n${files.systemPasswd}`).map((account) => account.uid)
  const gids = readGroups(`${files.group}\n${files.systemGroup}`).map((group) => group.gid)
  const range = (kind: 'UID' | 'GID'): [number, number] => [
    loginDef(files.loginDefs, `${kind}_MIN`, FIRST_ID),
    loginDef(files.loginDefs, `${kind}_MAX`, LAST_ID),
  ]
  if (edit.uid !== undefined && uids.includes(edit.uid)) throw conflict('/etc/passwd', `the number ${edit.uid} is taken`)
  const uid = edit.uid ?? nextId(uids, ...range('UID'))
  const gid = uid !== null && !gids.includes(uid) ? uid : nextId(gids, ...range('GID'))
  if (uid === null || gid === null) throw conflict('/etc/passwd', 'every number for users is taken')
  return { uid, gid }
}

async function checkSudo(system: GuestSystem, edit: EditOf<'user'>): Promise<void> {
  if (edit.sudo === 'none') return
  const sudoers = await system.text('/etc/sudoers')
  if (sudoers === undefined) throw conflict('/etc/sudoers', 'the image has no sudo')
  if (!/^[#@]includedir[ \t]+\/etc\/sudoers\.d/m.test(sudoers)) throw conflict('/etc/sudoers', 'it does not include /etc/sudoers.d')
  if (await system.has(sudoersFile(edit.name))) throw conflict(sudoersFile(edit.name), 'it is there already')
}

/** sudo passes over files with a dot in their names, sudoers(5). */
function sudoersFile(name: string): string {
  return `/etc/sudoers.d/90-${name}`
}

async function chooseShell(context: EditContext, system: GuestSystem, edit: EditOf<'user'>): Promise<string> {
  const isThere = async (shell: string): Promise<boolean> => (await system.has(shell)) || (await system.has(`/usr${shell}`))
  if (edit.shell === undefined) return (await isThere('/bin/bash')) ? '/bin/bash' : '/bin/sh'
  if (!(await isThere(edit.shell))) context.note(`The image has no ${edit.shell}: ${edit.name} cannot log in until it has.`)
  return edit.shell
}

async function writeAccount(
  system: GuestSystem,
  files: AccountFiles,
  edit: EditOf<'user'>,
  { uid, gid, home, shell }: { uid: number; gid: number; home: string; shell: string },
): Promise<void> {
  const { name } = edit
  const hash = edit.passwordHash ?? '*'
  const shadow = await system.text('/etc/shadow')
  await system.write(
    '/etc/passwd',
    addRow(files.passwd, [name, shadow === undefined ? hash : 'x', uid, gid, edit.gecos ?? '', home, shell]),
  )
  // Without a date of the last change the same edit gives the same bytes, and the password does not age
  if (shadow !== undefined) await system.write('/etc/shadow', addRow(shadow, [name, hash, '', 0, 99_999, 7, '', '', '']))
  const withGroups = edit.groups.reduce((text, group) => addMember(ownGroup(text, files.systemGroup, group), group, name), files.group)
  await system.write('/etc/group', addRow(withGroups, [name, 'x', gid, '']))
  const gshadow = await system.text('/etc/gshadow')
  if (gshadow !== undefined)
    await system.write(
      '/etc/gshadow',
      addRow(
        edit.groups.reduce((text, group) => addMember(text, group, name), gshadow),
        [name, '!', '', ''],
      ),
    )
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await system.text(file)
    if (text !== undefined) await system.write(file, addSubordinateIds(text, name))
  }
}

/** A group of /usr/lib/group gets members by a line of its own in /etc/group with the same number. */
function ownGroup(group: string, systemGroup: string, name: string): string {
  if (hasRow(group, name)) return group
  const found = readGroups(systemGroup).find((row) => row.name === name)
  return found ? addRow(group, [name, 'x', found.gid, found.members.join(',')]) : group
}

async function makeHome(
  context: EditContext,
  system: GuestSystem,
  { loginDefs }: AccountFiles,
  { uid, gid, home }: { uid: number; gid: number; home: string },
): Promise<void> {
  if (await system.has(home)) {
    context.note(`${home} is there already and stays as it is.`)
    return
  }
  const labels = await homeLabels(system, { uid })
  const octal = /^[ \t]*HOME_MODE[ \t]+(0?[0-7]{3})\b/m.exec(loginDefs)?.[1]
  const mode = octal === undefined ? HOME_MODE : Number.parseInt(octal, 8)
  await system.makeFolder(home, { mode, uid, gid, ...labels.home })
  await copySkeleton(system, home, { uid, gid, ...labels.content })
}

function conflict(file: string, reason: string): AppError {
  return new AppError('edit-conflict', { details: { path: file, reason } })
}
