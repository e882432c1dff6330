import { createHash } from 'node:crypto'
import type { BootFile } from '#shared/boot/boot-entry'
import type { UkiFacts } from '#shared/boot/analyse-boot'
import { readUki, ukiHeaderBytes, ukiText, ukiTextRange } from '#shared/boot/uki'
import { AppError } from '#shared/errors/app-error'
import type { BootPlace, PathFinder } from './boot-places.js'
import type { GuestFiles } from './guest-files.js'
import type { TreeFiles } from './ostree-deployment.js'

const ENTRY_MAX_BYTES = 64 * 1024
/** A grub.cfg with hundreds of entries has a few hundred kilobytes. */
const TEXT_MAX_BYTES = 2 * 1024 * 1024
/** A kernel with its initial RAM disk in one file; this is also what is held in memory to change it. */
export const UKI_MAX_BYTES = 256 * 1024 * 1024

export interface ReadPlace {
  readonly file: BootFile
  /** Of a unified kernel image. */
  readonly uki: UkiFacts | null
  /** Why it could not be read. */
  readonly unreadable: string | null
}

/** Files of a boot configuration as they were when it was looked at before: the same content gives the same object. */
export class BootMemory {
  private readonly known = new Map<string, { readonly bytes: Buffer; readonly row: ReadPlace }>()

  of({ kind, partition, path }: BootPlace, realPath: string, bytes: Buffer, read: () => ReadPlace): ReadPlace {
    const key = JSON.stringify([kind, partition, path, realPath])
    const before = this.known.get(key)
    if (before && (before.bytes === bytes || before.bytes.equals(bytes))) return before.row
    const row = read()
    this.known.set(key, { bytes, row })
    return row
  }
}

/** Places with their contents as far as many can be read at once. */
export async function readAhead(files: GuestFiles, places: readonly BootPlace[]): Promise<ReadonlyMap<BootPlace, Buffer>> {
  const fits = ({ kind, linked, entry: { sizeBytes } }: BootPlace) =>
    kind !== 'uki' && !linked && sizeBytes !== null && sizeBytes <= ENTRY_MAX_BYTES
  const partitions = [...new Set(places.map(({ partition }) => partition))]
  const found = await Promise.all(
    partitions.map(async (partition) => {
      const wanted = places.filter((place) => place.partition === partition && fits(place))
      // One or two cost less one by one.
      if (wanted.length < 3) return []
      const asked = wanted.map(({ path, entry }) => ({ path, sizeBytes: entry.sizeBytes ?? 0 }))
      const contents = await (files.readMany?.(partition, asked) ?? Promise.resolve([])).catch(() => [])
      return wanted.flatMap((place, at) => (contents[at] === undefined ? [] : [[place, contents[at]] as const]))
    }),
  )
  return new Map(found.flat())
}

/** Reads a file that says how the image boots; one that cannot be read is given back with its reason. Null for a link that leads nowhere. */
export async function readPlace(
  files: GuestFiles,
  finder: PathFinder,
  place: BootPlace,
  { isReadOnly, known, memory }: { readonly isReadOnly: boolean; readonly known: Buffer | undefined; readonly memory: BootMemory },
): Promise<ReadPlace | null> {
  try {
    if (place.kind === 'uki') return await readUkiPlace(files, finder, place)
    const maxBytes = place.kind === 'bls-entry' ? ENTRY_MAX_BYTES : TEXT_MAX_BYTES
    const bytes = known ?? (await files.read(place.partition, place.path, maxBytes))
    const realPath = await realPathOf(files, place, bytes)
    const problem = isReadOnly ? 'ISO 9660 images cannot be written' : null
    return memory.of(place, realPath, bytes, () => ({
      file: { ...plainFile(place, realPath, bytes), ...decode(bytes), problem },
      uki: null,
      unreadable: null,
    }))
  } catch (thrown) {
    // In a boot partition of its own, a link into the EFI system partition leads nowhere: what it means is read there.
    if (place.entry.kind === 'link' && place.kind !== 'bls-entry') return null
    const reason = thrown instanceof AppError ? thrown.code : String(thrown)
    const problem = `This ${place.kind === 'bls-entry' ? 'entry' : 'file'} could not be read (${reason})`
    const file = { ...plainFile(place, place.path, Buffer.alloc(0)), text: '', encoding: 'utf8' as const, problem }
    return { file, uki: null, unreadable: reason }
  }
}

async function readUkiPlace(files: GuestFiles, finder: PathFinder, place: BootPlace): Promise<ReadPlace | null> {
  const bytes = await (files.readPart?.(place.partition, place.path, 0, ukiHeaderBytes) ??
    files.read(place.partition, place.path, UKI_MAX_BYTES))
  const uki = readUki(bytes)
  if (uki === null) return null
  const [cmdline, osRelease, uname] = await Promise.all(
    (['.cmdline', '.osrel', '.uname'] as const).map(async (name) => {
      const section = uki.sections.find((one) => one.name === name)
      if (!section) return null
      // Only the text is read, wherever it stands: what a header says of the rest is not believed.
      const { offset, length } = ukiTextRange(section)
      const part = offset + length <= bytes.length ? bytes.subarray(offset, offset + length) : await partOf(files, place, offset, length)
      return ukiText(part)
    }),
  )
  const text = cmdline ?? ''
  const problem = uki.cmdlineRoom === 0 ? 'This unified kernel image has no command line of its own' : null
  const file: BootFile = { ...plainFile(place, place.path, bytes), text, encoding: 'utf8', problem }
  const addons = await addonsOf(finder, place)
  return { file, uki: { osRelease: osRelease ?? null, uname: uname ?? null, signed: uki.signed, addons }, unreadable: null }
}

async function partOf(files: GuestFiles, { partition, path }: BootPlace, offset: number, length: number): Promise<Buffer> {
  return (await files.readPart?.(partition, path, offset, length)) ?? Buffer.alloc(0)
}

/** `NAME.efi.extra.d/*.addon.efi` (systemd-stub(7), "Companion files"). */
async function addonsOf(finder: PathFinder, place: BootPlace): Promise<string[]> {
  const folder = await finder.find(place.partition, `${place.path}.extra.d`)
  if (!folder) return []
  return (await finder.list(place.partition, folder.path)).map(({ name }) => name).filter((name) => /\.addon\.efi$/i.test(name))
}

function plainFile(place: BootPlace, realPath: string, bytes: Uint8Array): Omit<BootFile, 'text' | 'encoding' | 'problem'> {
  const { kind, partition, path } = place
  return { id: `${partition}:${path}`, kind, partition, path, realPath, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Bytes that are no UTF-8 survive as latin1, so that an edit changes nothing but what it says. */
function decode(bytes: Buffer): { text: string; encoding: 'utf8' | 'latin1' } {
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? { text, encoding: 'utf8' } : { text: bytes.toString('latin1'), encoding: 'latin1' }
}

/**
 * The path with links followed. Where the file system's reader does not tell, OSTree's link is guessed: it keeps entries in /loader.0
 * or /loader.1 and points /loader at it, so the numbered folder with the same file in it is the one.
 */
async function realPathOf(files: TreeFiles, place: BootPlace, bytes: Buffer): Promise<string> {
  if (!place.linked) return place.path
  const real = await files.realPath?.(place.partition, place.path).catch(() => undefined)
  if (real !== undefined) return real
  const [, top, ...rest] = place.path.split('/')
  if (top !== 'loader') return place.path
  const candidates = (await files.list(place.partition, '/')).filter((entry) => entry.kind === 'folder' && /^loader\.\d$/.test(entry.name))
  const same: string[] = []
  for (const candidate of candidates) {
    const numbered = `/${candidate.name}/${rest.join('/')}`
    const content = await files.readIfPresent(place.partition, numbered, TEXT_MAX_BYTES)
    if (content?.equals(bytes)) same.push(numbered)
  }
  return same.length === 1 && same[0] !== undefined ? same[0] : place.path
}
