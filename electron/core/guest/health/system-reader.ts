import type { GuestEntry } from '#shared/images/image-info'
import { type OsTree, resolveInTree } from '#shared/images/os-tree'
import { readAccounts } from '#shared/system/accounts'
import type { GuestFiles } from '../guest-files.js'

const TEXT_MAX_BYTES = 1024 * 1024
const MAX_HOMES = 100
const PEOPLE_FROM = 1000

/** Files of the system by the paths that they have when it runs. What is not there, or cannot be read, is empty. */
export class SystemReader {
  constructor(
    private readonly files: GuestFiles,
    private readonly tree: OsTree,
  ) {}

  async find(path: string): Promise<GuestEntry | undefined> {
    const place = resolveInTree(this.tree, path)
    return this.files.find(place.partition, place.path).catch(() => undefined)
  }

  async has(path: string): Promise<boolean> {
    return (await this.find(path)) !== undefined
  }

  /** Names in a folder; none where it is not there. */
  async names(folder: string): Promise<readonly string[]> {
    const entry = await this.find(folder)
    if (entry === undefined || entry.kind === 'file') return []
    const place = resolveInTree(this.tree, folder)
    const entries = await this.files.list(place.partition, place.path).catch(() => [])
    return entries.map(({ name }) => name)
  }

  async text(path: string): Promise<string | undefined> {
    const place = resolveInTree(this.tree, path)
    return (await this.files.readIfPresent(place.partition, place.path, TEXT_MAX_BYTES))?.toString('utf8')
  }

  /** Homes of root and of people, each once. */
  async homes(): Promise<readonly string[]> {
    const accounts = readAccounts((await this.text('/etc/passwd')) ?? '')
    const people = accounts.filter(({ uid, home }) => uid >= PEOPLE_FROM && uid < 0xfffe && home.startsWith('/') && home !== '/')
    const below = (await this.names('/home')).map((name) => `/home/${name}`)
    return [...new Set(['/root', ...people.map(({ home }) => home), ...below])].slice(0, MAX_HOMES)
  }
}
