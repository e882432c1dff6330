import type { BootEntry } from '#shared/boot/boot-entry'
import { type Fact, type InitramfsFact, known, unknown } from '#shared/health/facts'
import { reasonOf } from '#shared/platforms/retarget-files'
import { AppError } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'
import type { ImageFiles } from '../guest-files.js'
import { builtinModules, initramfsModules, isBuiltinList } from '../initramfs/modules.js'
import { readInitramfs } from '../initramfs/read-initramfs.js'
import type { FoundEntryFile } from './boot-facts.js'
import type { SystemReader } from './system-reader.js'

const MAX_KERNELS = 8

interface Listing {
  readonly modules: ReadonlySet<string>
  readonly builtin: ReadonlySet<string>
  readonly hasIgnition: boolean
  readonly problem: string | null
}

/** Listings of initial RAM disks of unchanged images: unpacking one takes seconds. */
export class InitramfsListings {
  private readonly kept = new Map<string, Promise<Listing>>()

  /** `revision` tells one state of an image from others. */
  async read(
    host: Host,
    files: Pick<ImageFiles, 'stream'>,
    revision: string,
    place: { readonly partition: number; readonly path: string },
    signal?: AbortSignal,
  ): Promise<Listing> {
    const key = `${revision}\n${place.partition}:${place.path}`
    const listing = this.kept.get(key) ?? listInitramfs(host, files.stream(place.partition, place.path, withSignal(signal)), signal)
    this.kept.delete(key)
    this.kept.set(key, listing)
    listing.catch(() => this.kept.delete(key))
    const [oldest] = this.kept.keys()
    if (this.kept.size > MAX_KERNELS && oldest !== undefined) this.kept.delete(oldest)
    return listing
  }

  has(revision: string, place: { readonly partition: number; readonly path: string }): boolean {
    return this.kept.has(`${revision}\n${place.partition}:${place.path}`)
  }
}

/** Of one archive, not kept. */
export async function listInitramfs(host: Host, content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<Listing> {
  const { names, files: kept, problem } = await readInitramfs(host, content, { wanted: isBuiltinList, ...withSignal(signal) })
  return {
    modules: initramfsModules(names),
    builtin: new Set([...kept.values()].flatMap((text) => [...builtinModules(text.toString('utf8'))])),
    hasIgnition: names.some((name) => /(^|\/)bin\/ignition$/.test(name)),
    problem,
  }
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

/** The initial RAM disks of an entry, as one. */
export async function initramfsFact(
  entry: BootEntry | undefined,
  entryFiles: readonly FoundEntryFile[],
  system: SystemReader | null,
  read: (place: { readonly partition: number; readonly path: string }) => Promise<Listing>,
): Promise<Fact<InitramfsFact>> {
  if (entry === undefined) return unknown('there is no boot entry that names an initial RAM disk')
  if (entry.loader === 'uki') return unknown('it is inside of a unified kernel image')
  const places = entryFiles.flatMap((file) => (file.entry === entry.id && file.role === 'initramfs' ? (file.place ?? []) : []))
  if (places.length === 0) return unknown('the default entry names no initial RAM disk that is there')
  try {
    const listings = await Promise.all(places.map(read))
    const problem = listings.find((listing) => listing.problem !== null)?.problem
    if (problem) return unknown(problem)
    const builtin = new Set(listings.flatMap((listing) => [...listing.builtin]))
    return known({
      entry: entry.id,
      modules: new Set(listings.flatMap((listing) => [...listing.modules])),
      builtin: builtin.size > 0 ? builtin : await builtinOfSystem(system, entry),
      hasIgnition: listings.some((listing) => listing.hasIgnition),
    })
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'cancelled') throw thrown
    return unknown(reasonOf(thrown))
  }
}

/** Not every initial RAM disk holds the list; the system always does. */
async function builtinOfSystem(system: SystemReader | null, entry: BootEntry): Promise<ReadonlySet<string>> {
  if (system === null) return new Set()
  for (const folder of ['/usr/lib/modules', '/lib/modules']) {
    const versions = await system.names(folder)
    const version =
      versions.find((name) => entry.version === name || entry.linux?.endsWith(name)) ?? (versions.length === 1 ? versions[0] : undefined)
    const text = version === undefined ? undefined : await system.text(`${folder}/${version}/modules.builtin`)
    if (text !== undefined) return builtinModules(text)
  }
  return new Set()
}
