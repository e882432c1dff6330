import { createWriteStream } from 'node:fs'
import fs from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type Header, pack } from 'tar-stream'

/** One file, folder or link of a guest file system. */
export interface GuestFile {
  /** Absolute in the partition. Folders above it are made as needed, mode 0755, owner root. */
  readonly path: string
  readonly content?: string | Uint8Array
  /** Content from a file of this machine. */
  readonly hostFile?: string
  /** Target of a symbolic link. */
  readonly link?: string
  readonly folder?: boolean
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly selinux?: string
  /** Seconds since 1970; default 2024-05-01, so that a changed time shows. */
  readonly mtime?: number
}

export const BUILD_TIME = Date.UTC(2024, 4, 1) / 1000

/**
 * Writes a pax archive for GNU tar, extended attributes in `SCHILY.xattr.*` records. `plain` leaves out what FAT cannot hold.
 */
export async function packFiles(archive: string, files: readonly GuestFile[], options: { plain: boolean }): Promise<void> {
  const stream = pack()
  const written = pipeline(stream, createWriteStream(archive))
  for (const file of withFolders(files)) {
    const content = file.hostFile === undefined ? Buffer.from(file.content ?? '') : await fs.readFile(file.hostFile)
    const entry = header(file, content.length, options.plain)
    if (entry.type === 'file') stream.entry(entry, content)
    else stream.entry(entry)
  }
  stream.finalize()
  await written
}

function header(file: GuestFile, size: number, plain: boolean): Partial<Header> & Pick<Header, 'name'> {
  const type = file.folder ? 'directory' : file.link === undefined ? 'file' : 'symlink'
  return {
    name: `.${file.path}${file.folder ? '/' : ''}`,
    type,
    size: type === 'file' ? size : 0,
    mode: file.mode ?? (file.folder ? 0o755 : 0o644),
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    mtime: new Date((file.mtime ?? BUILD_TIME) * 1000),
    ...(file.link === undefined ? {} : { linkname: file.link }),
    ...(file.selinux === undefined || plain ? {} : { pax: { 'SCHILY.xattr.security.selinux': `${file.selinux}\0` } }),
  }
}

/** Parents before children, each once. */
function withFolders(files: readonly GuestFile[]): GuestFile[] {
  const seen = new Set(['', ...files.map((file) => file.path)])
  return files.flatMap((file) => {
    const parts = file.path.split('/').slice(1, -1)
    const parents = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`).filter((parent) => !seen.has(parent))
    parents.forEach((parent) => seen.add(parent))
    return [...parents.map((parent) => ({ path: parent, folder: true })), file]
  })
}
