import path from 'node:path'
import type { DraftNodes } from './draft-nodes.js'
import type { ImageFiles } from './guest-files.js'

/**
 * Follows links as the image has them, so that an edit through one (`/loader/entries/a.conf`) and one of the file itself
 * (`/loader.1/entries/a.conf`) are of the same file. Links that edits made or moved are not followed, and where a file system does not
 * tell where links lead, paths stay as they are.
 */
export class DraftLinks {
  private readonly known = new Map<string, Promise<string>>()

  constructor(
    private readonly files: Partial<Pick<ImageFiles, 'realPath'>>,
    /** Names in a folder as the edits so far have it, on file systems whose names have no case; undefined on all others. */
    private readonly caseless: (partition: number, folder: string) => Promise<readonly string[]> | undefined,
  ) {}

  /** The path, links of its folder followed, a link at its end not. */
  async place(partition: number, file: string, nodes: DraftNodes): Promise<string> {
    const tidied = tidy(file)
    if (this.caseless(partition, '/')) return this.spelled(partition, tidied)
    const folder = path.posix.dirname(tidied)
    if (folder === '/') return tidied
    return path.posix.join(await this.real(partition, folder, nodes), path.posix.basename(tidied))
  }

  /** The path, all links followed. */
  async real(partition: number, file: string, nodes: DraftNodes): Promise<string> {
    const tidied = tidy(file)
    if (this.caseless(partition, '/')) return this.spelled(partition, tidied)
    if (!this.files.realPath || tidied === '/' || nodes.isTouched(tidied)) return tidied
    const key = `${partition}:${tidied}`
    const known = this.known.get(key) ?? this.ask(partition, tidied)
    this.known.set(key, known)
    return known
  }

  /** The path as the file system spells it; names that are not there stay as they are. */
  private async spelled(partition: number, file: string): Promise<string> {
    let place = ''
    for (const part of file.split('/').filter((name) => name !== '')) {
      const names = (await this.caseless(partition, place === '' ? '/' : place)) ?? []
      const found = names.includes(part) ? part : names.find((name) => name.toLowerCase() === part.toLowerCase())
      place = `${place}/${found ?? part}`
    }
    return place === '' ? '/' : place
  }

  private async ask(partition: number, file: string): Promise<string> {
    return (await this.files.realPath?.(partition, file).catch(() => undefined)) ?? file
  }
}

/** Absolute, without `.`, `..` and slashes that say nothing. */
export function tidy(place: string): string {
  return path.posix.normalize(`/${place}`).replace(/(.)\/$/, '$1')
}
