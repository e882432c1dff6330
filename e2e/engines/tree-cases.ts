import type { ErrorCode } from '#shared/errors/app-error'
import type { Attributes, EngineOperation, FileOperation } from '#core/guest/engine'
import type { Look } from './look.js'
import { lines, P } from './subject.js'
import { BEFORE, FOLDER_LABEL, HOST_FILES, ODD_NAMES, ODD_UNIX_NAMES } from './tree-files.js'

/** A place that is looked at afterwards; null where nothing may be. */
export interface Expected {
  readonly path: string
  readonly look: Partial<Look> | null
}

export interface TreeCase {
  readonly name: string
  readonly operation: EngineOperation
  readonly error: ErrorCode | null
  /** In the operation's partition. */
  readonly expected: readonly Expected[]
}

const GIVEN: Attributes = { mode: 0o750, uid: 77, gid: 1_000_088, selinux: 'system_u:object_r:etc_t:s0' }
const INHERITED: Attributes = { mode: 0o2604, uid: 0, gid: 0, selinux: null }

type Step<T = FileOperation> = T extends FileOperation ? Omit<T, 'partition' | 'filesystem'> : never
type Add = (name: string, step: Step, expected: readonly Expected[], error?: ErrorCode) => void

/** Every operation on files and every refusal, on one partition; later steps build on earlier ones. */
export function treeCases(partition: number, filesystem: string): TreeCase[] {
  const cases: TreeCase[] = []
  const unix = filesystem !== 'vfat'
  const add: Add = (name, step, expected, error) => {
    const operation: FileOperation = { ...step, partition, filesystem }
    cases.push({ name: `${name} (${filesystem}, partition ${partition})`, operation, error: error ?? null, expected })
  }
  /** FAT keeps no attributes. */
  const kept = (wanted: Attributes, label: string): Partial<Look> =>
    unix ? { mode: wanted.mode, uid: wanted.uid, gid: wanted.gid, selinux: label } : {}
  newFiles(add, kept)
  newFolders(add, kept)
  renames(add)
  removals(add)
  rewrites(add, unix)
  attributes(add, unix)
  if (unix) {
    links(add)
    escapes(add)
    unixNames(add)
  } else {
    add('no links on FAT', { kind: 'make-link', path: '/tree/link', target: 'one' }, [{ path: '/tree/link', look: null }], 'edit-conflict')
  }
  return cases
}

type Kept = (wanted: Attributes, label: string) => Partial<Look>

function newFiles(add: Add, kept: Kept): void {
  const create = (path: string, content: string, how: Attributes): Step => ({
    kind: 'create-file',
    path,
    content: Buffer.from(content),
    ...how,
  })
  const made = (path: string, content: string, look: Partial<Look>): Expected[] => [{ path, look: { type: 'file', content, ...look } }]
  add('new file as given', create('/tree/given', 'new', GIVEN), made('/tree/given', 'new', kept(GIVEN, GIVEN.selinux ?? '')))
  add('new file with its folder’s label', create('/tree/new', 'a', INHERITED), made('/tree/new', 'a', kept(INHERITED, FOLDER_LABEL)))
  add('new file in a folder without label', create('/plain/new', 'a', INHERITED), made('/plain/new', 'a', kept(INHERITED, '')))
  add('new empty file', create('/tree/nothing', '', GIVEN), made('/tree/nothing', '', {}))
  for (const name of ODD_NAMES)
    add(`new file ${JSON.stringify(name)}`, create(`/tree/${name}`, name, GIVEN), made(`/tree/${name}`, name, {}))
  const taken = made('/tree/taken', 'taken', {})
  add('file that is there', create('/tree/taken', 'x', GIVEN), taken, 'guest-file-exists')
  add('folder that is there', create('/tree/kept', 'x', GIVEN), [{ path: '/tree/kept', look: { type: 'folder' } }], 'guest-file-exists')
  add('no such folder', create('/tree/nowhere/new', 'x', GIVEN), [{ path: '/tree/nowhere', look: null }], 'guest-file-not-found')
  add('a file as folder', create('/tree/taken/new', 'x', GIVEN), taken, 'edit-conflict')
  const hosted = (name: string, hostFile: string): void =>
    add(`new file from this machine, ${name}`, { kind: 'create-file', path: `/tree/${name}`, content: { hostFile }, ...GIVEN }, [
      { path: `/tree/${name}`, look: { type: 'file', hostFile: HOST_FILES.long } },
    ])
  hosted('long', HOST_FILES.long)
  hosted('through a link', HOST_FILES.link)
}

function newFolders(add: Add, kept: Kept): void {
  const given = { ...GIVEN, mode: 0o2750 }
  add('new folder', { kind: 'make-folder', path: '/tree/new folder', ...given }, [
    { path: '/tree/new folder', look: { type: 'folder', ...kept(given, given.selinux ?? '') } },
  ])
  add('new folder in it', { kind: 'make-folder', path: '/tree/new folder/-sub', ...INHERITED, mode: 0o700 }, [
    { path: '/tree/new folder/-sub', look: { type: 'folder', ...kept({ ...INHERITED, mode: 0o700 }, given.selinux ?? '') } },
  ])
  add('new file in a new folder', { kind: 'create-file', path: '/tree/new folder/-sub/file', content: Buffer.from('in'), ...GIVEN }, [
    { path: '/tree/new folder/-sub/file', look: { type: 'file', content: 'in' } },
  ])
  add(
    'new folder that is there',
    { kind: 'make-folder', path: '/tree/kept', ...GIVEN },
    [{ path: '/tree/kept/file', look: { content: 'kept' } }],
    'guest-file-exists',
  )
}

function renames(add: Add): void {
  const rename = (path: string, to: string): Step => ({ kind: 'rename', path, to })
  add('other name', rename('/tree/old name', '/tree/-new name'), [
    { path: '/tree/old name', look: null },
    { path: '/tree/-new name', look: { type: 'file', content: 'renamed' } },
  ])
  add('into another folder', rename('/tree/moved', '/tree/kept/moved'), [
    { path: '/tree/moved', look: null },
    { path: '/tree/kept/moved', look: { content: 'moved' } },
  ])
  add('other case of letters', rename('/tree/one', '/tree/ONE'), [{ path: '/tree/ONE', look: { content: 'one' } }])
  add('name that is taken', rename('/tree/ONE', '/tree/taken'), [{ path: '/tree/taken', look: { content: 'taken' } }], 'guest-file-exists')
  add('nothing to rename', rename('/tree/none', '/tree/other'), [{ path: '/tree/other', look: null }], 'guest-file-not-found')
  add(
    'folder into itself',
    rename('/tree/kept', '/tree/kept/kept'),
    [{ path: '/tree/kept/file', look: { content: 'kept' } }],
    'edit-conflict',
  )
  add('into no folder', rename('/tree/ONE', '/tree/none/ONE'), [{ path: '/tree/ONE', look: { content: 'one' } }], 'guest-file-not-found')
}

function removals(add: Add): void {
  const remove = (path: string, recursive = false): Step => ({ kind: 'remove', path, recursive })
  add('folder that is not empty', remove('/tree/doomed'), [], 'edit-conflict')
  add('folder with all in it', remove('/tree/doomed', true), [
    { path: '/tree/doomed', look: null },
    { path: '/tree/kept/file', look: { content: 'kept' } },
  ])
  add('empty folder', remove('/tree/empty'), [{ path: '/tree/empty', look: null }])
  add('nothing to remove', remove('/tree/none', true), [], 'guest-file-not-found')
  add('new file to be removed again', { kind: 'create-file', path: '/tree/gone', content: Buffer.from('x'), ...GIVEN }, [])
  add('file', remove('/tree/gone'), [{ path: '/tree/gone', look: null }])
}

function rewrites(add: Add, unix: boolean): void {
  const same = unix ? { ...BEFORE } : {}
  add(
    'whatever is there',
    { kind: 'rewrite-file', path: '/tree/any content', expectedSha256: null, content: Buffer.from('other'), mtime: 'now' },
    [{ path: '/tree/any content', look: { content: 'other', ...same } }],
  )
  add(
    'grows to a file of this machine',
    { kind: 'rewrite-file', path: '/tree/from host', expectedSha256: null, content: { hostFile: HOST_FILES.long }, mtime: 'now' },
    [],
  )
  add(
    'shrinks to a file of this machine',
    { kind: 'rewrite-file', path: '/tree/from host', expectedSha256: null, content: { hostFile: HOST_FILES.short }, mtime: 'now' },
    [{ path: '/tree/from host', look: { hostFile: HOST_FILES.short, ...same } }],
  )
}

function attributes(add: Add, unix: boolean): void {
  const set = (path: string, mode: number | null, uid: number | null, gid: number | null): Step => ({
    kind: 'set-attributes',
    path,
    mode,
    uid,
    gid,
  })
  const seen = (path: string, look: Partial<Look>): Expected[] => [{ path, look: unix ? look : { type: 'file' } }]
  add('mode alone', set('/tree/taken', 0o400, null, null), seen('/tree/taken', { ...BEFORE, mode: 0o400 }))
  add('group alone', set('/tree/kept/file', null, null, 9), seen('/tree/kept/file', { ...BEFORE, gid: 9 }))
  add('attributes of nothing', set('/tree/none', 0o644, 0, 0), [], 'guest-file-not-found')
  if (!unix) return
  add('owner alone', set('/tree/set-user-id', null, 5, null), seen('/tree/set-user-id', { ...BEFORE, mode: 0o4755, uid: 5 }))
  add(
    'through a link',
    set('/tree/link to attributes', 0o444, 6, null),
    seen('/tree/attributes', { mode: 0o444, uid: 6, gid: BEFORE.gid, selinux: FOLDER_LABEL }),
  )
}

function links(add: Add): void {
  const link = (path: string, target: string): Step => ({ kind: 'make-link', path, target })
  const made = (path: string, target: string): Expected[] => [{ path, look: { type: 'link', target, selinux: FOLDER_LABEL } }]
  add('new link', link('/tree/link', 'kept/file'), made('/tree/link', 'kept/file'))
  add('new link out of the image', link('/tree/-out', '/etc/passwd'), made('/tree/-out', '/etc/passwd'))
  add('new link with an odd target', link('/tree/odd link', '-n "a\'b"\n$HOME '), made('/tree/odd link', '-n "a\'b"\n$HOME '))
  add(
    'link that is there',
    link('/tree/dangling', 'x'),
    [{ path: '/tree/dangling', look: { type: 'link', target: 'nowhere' } }],
    'guest-file-exists',
  )
  add('a link and not what it points at', { kind: 'remove', path: '/tree/kept link', recursive: true }, [
    { path: '/tree/kept link', look: null },
    { path: '/tree/kept/file', look: { content: 'kept' } },
  ])
  add('name of a link', { kind: 'rename', path: '/tree/second kept link', to: '/tree/third kept link' }, [
    { path: '/tree/third kept link', look: { type: 'link', target: 'kept' } },
  ])
}

/** `/etc` of the image does not exist at first: whatever is made there would be made outside. */
function escapes(add: Add): void {
  const create = (path: string): Step => ({ kind: 'create-file', path, content: Buffer.from('escape'), ...GIVEN })
  const outside = '/etc/diskwright-conformance'
  const nowhere = [{ path: '/etc', look: null }]
  for (const link of ['etc', 'climbing etc', 'chain', 'circle'])
    add(`through the link ${link}`, create(`/tree/${link}/diskwright-conformance`), [], 'guest-file-not-found')
  add('removal through a link out', { kind: 'remove', path: '/tree/etc/passwd', recursive: true }, [], 'guest-file-not-found')
  add(
    'attributes through a link out',
    { kind: 'set-attributes', path: '/tree/-out', mode: 0o777, uid: 0, gid: 0 },
    nowhere,
    'guest-file-not-found',
  )
  add('rename to a link out', { kind: 'rename', path: '/tree/ONE', to: '/tree/etc/one' }, [], 'guest-file-not-found')
  add('over a dangling link', create('/tree/dangling'), [{ path: '/tree/nowhere', look: null }], 'guest-file-exists')
  add('an own folder of that name', { kind: 'make-folder', path: '/plain/etc', ...INHERITED }, [])
  add('through a link that stays inside', create('/tree/inside/through'), [{ path: '/tree/kept/through', look: { content: 'escape' } }])
  add('nothing outside', { kind: 'remove', path: outside, recursive: false }, nowhere, 'guest-file-not-found')
}

function unixNames(add: Add): void {
  for (const name of ODD_UNIX_NAMES) {
    const path = `/tree/${name}`
    add(`new file ${JSON.stringify(name)}`, { kind: 'create-file', path, content: Buffer.from(name), ...GIVEN }, [])
    add(`rename of ${JSON.stringify(name)}`, { kind: 'rename', path, to: `${path} 2` }, [
      { path, look: null },
      { path: `${path} 2`, look: { type: 'file', content: name } },
    ])
  }
}

/** New files where there is no room, or no writing. */
function fullCase(partition: number, filesystem: string, error: ErrorCode): TreeCase {
  const content = Buffer.from(lines('new', 1024 * 1024))
  const operation: EngineOperation = { kind: 'create-file', partition, filesystem, path: '/new file', content, ...GIVEN }
  return { name: `no new file, ${error} (partition ${partition})`, operation, error, expected: [{ path: '/new file', look: null }] }
}

export const TREE_CASES: readonly TreeCase[] = [
  ...treeCases(P.fat, 'vfat'),
  ...treeCases(P.xfs, 'xfs'),
  ...treeCases(P.ext, 'ext4'),
  ...treeCases(P.btrfs, 'btrfs'),
  fullCase(P.fullExt, 'ext4', 'guest-filesystem-full'),
  fullCase(P.fullXfs, 'xfs', 'guest-filesystem-full'),
  fullCase(P.fullFat, 'vfat', 'guest-filesystem-full'),
  fullCase(P.readOnly, 'ext4', 'filesystem-read-only'),
]
