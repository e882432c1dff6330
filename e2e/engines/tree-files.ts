import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { GuestFile } from '../images/build-disk.js'

export const FOLDER_LABEL = 'system_u:object_r:boot_t:s0'
/** Owner and mode of everything in the tree that is not said otherwise. */
export const BEFORE = { mode: 0o640, uid: 1001, gid: 1002 } as const

/** Names that a shell, a record of lines or an option parser would stumble over. */
export const ODD_NAMES = ['with space', 'Łódź ß ünïcode', '-rf', "it's $(a) `name`; & more"] as const
/** Not possible on FAT. */
export const ODD_UNIX_NAMES = ['"quoted" \\x41\\n', 'two\nlines', 'trailing newline\n', '*?[a]'] as const

/** Contents on this machine, one of them longer than any buffer; their own names are odd as well. */
const HOST_FOLDER = path.join(os.tmpdir(), `diskwright host 'files' ${process.pid}`)
export const HOST_FILES = {
  folder: HOST_FOLDER,
  long: path.join(HOST_FOLDER, '-long "ü\n.bin'),
  short: path.join(HOST_FOLDER, 'short'),
  link: path.join(HOST_FOLDER, 'link to long'),
} as const

export async function writeHostFiles(): Promise<void> {
  await fs.mkdir(HOST_FOLDER, { recursive: true })
  const long = Buffer.alloc(2_500_001, 'every byte of it counts, and its length is odd. ')
  await fs.writeFile(HOST_FILES.long, long)
  await fs.writeFile(HOST_FILES.short, 'short, from this machine')
  await fs.rm(HOST_FILES.link, { force: true })
  await fs.symlink(path.basename(HOST_FILES.long), HOST_FILES.link)
}

const file = (place: string, content: string, rest: Partial<GuestFile> = {}): GuestFile => ({ path: place, content, ...BEFORE, ...rest })

/** What every file system has. */
export const COMMON_TREE: readonly GuestFile[] = [
  { path: '/tree', folder: true, selinux: FOLDER_LABEL },
  { path: '/plain', folder: true },
  file('/tree/taken', 'taken'),
  file('/tree/kept/file', 'kept'),
  file('/tree/doomed/file', 'doomed'),
  file('/tree/doomed/sub folder/-deep/file', 'doomed'),
  file('/tree/one', 'one'),
  file('/tree/old name', 'renamed'),
  file('/tree/moved', 'moved'),
  file('/tree/any content', 'whatever it is'),
  file('/tree/from host', 'short'),
  file('/tree/attributes', 'attributes', { selinux: FOLDER_LABEL }),
  { path: '/tree/empty', folder: true },
]

export const UNIX_TREE: readonly GuestFile[] = [
  ...COMMON_TREE,
  file('/tree/doomed/two\nlines', 'doomed'),
  { path: '/tree/doomed/inner link', link: '../kept' },
  { path: '/tree/doomed/outer link', link: '/tree/kept' },
  { path: '/tree/doomed/etc', link: '/etc' },
  { path: '/tree/doomed/broken', link: 'nowhere' },
  { path: '/tree/dangling', link: 'nowhere' },
  { path: '/tree/kept link', link: '/tree/kept' },
  { path: '/tree/second kept link', link: 'kept' },
  { path: '/tree/etc', link: '/etc' },
  { path: '/tree/climbing etc', link: '../../../../../../../../etc' },
  { path: '/tree/chain', link: 'chain 2' },
  { path: '/tree/chain 2', link: '/tree/climbing etc/../../../etc' },
  { path: '/tree/circle', link: 'circle' },
  { path: '/tree/inside', link: '/../../tree/kept' },
  file('/tree/set-user-id', 'suid', { mode: 0o4755 }),
  { path: '/tree/link to attributes', link: 'attributes' },
]
