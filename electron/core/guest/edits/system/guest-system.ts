import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { GuestEntry } from '#shared/images/image-info'
import type { SystemRoot } from '#shared/edits/system-edits'
import type { NewAttributes } from '../../draft-nodes.js'
import type { EditContext, Located } from '../edit-handler.js'

/** Configuration files are far smaller; what is larger is none. */
export const TEXT_MAX_BYTES = 16 * 1024 * 1024
export const ROOT_FILE: NewAttributes = { mode: 0o644, uid: 0, gid: 0 }
export const ROOT_FOLDER: NewAttributes = { mode: 0o755, uid: 0, gid: 0 }

/** Finds where a path of the running system stands in the image. */
export type PathFinder = (path: string) => Located

/** One system in the image (a root file system, or an OSTree deployment), its files by the paths that they have when it runs. */
export class GuestSystem {
  constructor(
    private readonly context: EditContext,
    readonly root: SystemRoot,
    private readonly finder: PathFinder,
    /** Folders that a file system covers which is not in the image. */
    private readonly hidden: readonly string[] = [],
  ) {}

  at(file: string): Located {
    return this.finder(file)
  }

  /** The folder over `file` that the running system mounts from elsewhere, so that nothing written here would be seen. */
  hiddenBy(file: string): string | undefined {
    return this.hidden.find((folder) => isBelow(file, folder))
  }

  async find(file: string): Promise<GuestEntry | undefined> {
    const { partition, path: place } = this.at(file)
    return this.context.draft.find(partition, place).catch(() => undefined)
  }

  async has(file: string): Promise<boolean> {
    return (await this.find(file)) !== undefined
  }

  async list(folder: string): Promise<readonly GuestEntry[]> {
    const { partition, path: place } = this.at(folder)
    return this.context.draft.list(partition, place).catch(() => [])
  }

  /** Undefined for what is not there, is no file, or is too large. */
  async text(file: string): Promise<string | undefined> {
    return decode(await this.bytes(file))
  }

  async bytes(file: string): Promise<Buffer | undefined> {
    const { partition, path: place } = this.at(file)
    return this.context.draft.readIfPresent(partition, place, TEXT_MAX_BYTES)
  }

  /** Throws `guest-file-not-found`. */
  async requireText(file: string): Promise<string> {
    const text = await this.text(file)
    if (text === undefined) throw new AppError('guest-file-not-found', { details: { file, partition: this.root.partition } })
    return text
  }

  /** Target of a link; undefined for all else, and where it cannot be told. */
  async link(file: string): Promise<string | undefined> {
    const { partition, path: place } = this.at(file)
    return this.context.draft.readLink(partition, place)
  }

  /** Gives a file this content. One that is there keeps mode, owner and label, and its encoding; folders above it are made. */
  async write(file: string, text: string, attributes: NewAttributes = ROOT_FILE): Promise<void> {
    const { partition, path: place } = this.at(file)
    const { draft } = this.context
    const before = await draft.readIfPresent(partition, place, TEXT_MAX_BYTES)
    const bytes = Buffer.from(text, before === undefined || isUtf8(before) ? 'utf8' : 'latin1')
    if (before?.equals(bytes)) return
    if (before === undefined) await draft.makeFolders(partition, path.posix.dirname(place))
    await draft.write(partition, place, bytes, bytes.length, attributes)
  }

  /** Takes a file's content away and leaves it where it is; 0 where there was none. */
  async empty(file: string): Promise<0 | 1> {
    const { partition, path: place } = this.at(file)
    const entry = await this.context.draft.find(partition, place)
    if (entry?.kind !== 'file' || entry.sizeBytes === 0) return 0
    await this.context.draft.write(partition, place, new Uint8Array(), 0)
    return 1
  }

  /** Makes a folder that is not there; those above it are root's. */
  async makeFolder(folder: string, attributes: NewAttributes = ROOT_FOLDER): Promise<void> {
    const { partition, path: place } = this.at(folder)
    await this.context.draft.makeFolders(partition, path.posix.dirname(place))
    await this.context.draft.makeFolder(partition, place, attributes)
  }

  async makeLink(link: string, target: string): Promise<void> {
    const { partition, path: place } = this.at(link)
    await this.context.draft.makeFolders(partition, path.posix.dirname(place))
    await this.context.draft.makeLink(partition, place, target)
  }

  async remove(file: string): Promise<void> {
    const { partition, path: place } = this.at(file)
    await this.context.draft.remove(partition, place)
  }

  /** True where files carry SELinux labels that count: selinux(8), /etc/selinux/config. */
  async usesSelinux(): Promise<boolean> {
    const config = await this.text('/etc/selinux/config')
    return config !== undefined && !/^\s*SELINUX\s*=\s*disabled/m.test(config)
  }
}

/** The shared /var of an OSTree deployment `/ostree/deploy/NAME/deploy/CHECKSUM.SERIAL`; null for other folders. */
export function ostreeVar(prefix: string): string | null {
  const stateroot = /^(.*\/ostree\/deploy\/[^/]+)\/deploy\/[^/]+\/?$/.exec(prefix)?.[1]
  return stateroot === undefined ? null : `${stateroot}/var`
}

/** Links that every OSTree system has at its root (ostree, "Adapting existing mainstream distributions"). */
const OSTREE_LINKS: readonly (readonly [string, string])[] = [
  ['/root', '/var/roothome'],
  ['/home', '/var/home'],
  ['/srv', '/var/srv'],
  ['/opt', '/var/opt'],
  ['/mnt', '/var/mnt'],
  ['/usr/local', '/var/usrlocal'],
]

/** Where a path of the system stands, by the rules of its root alone. */
export function pathBelow({ partition, prefix }: SystemRoot, file: string): Located {
  const shared = ostreeVar(prefix)
  const plain = path.posix.normalize(`/${file}`)
  if (shared === null) return { partition, path: path.posix.join(prefix, plain) }
  const place = throughLinks(plain)
  return { partition, path: isBelow(place, '/var') ? shared + place.slice('/var'.length) : path.posix.join(prefix, place) }
}

function throughLinks(file: string): string {
  const link = OSTREE_LINKS.find(([from]) => isBelow(file, from))
  return link ? link[1] + file.slice(link[0].length) : file
}

function isBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`)
}

function decode(bytes: Buffer | undefined): string | undefined {
  return bytes?.toString(isUtf8(bytes) ? 'utf8' : 'latin1')
}
