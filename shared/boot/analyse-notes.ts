import type { BootFacts, FoundEntry } from './analyse-facts.js'
import { baseName, folderOf } from './analyse-facts.js'
import type { DefaultChoice, GrubScript, Menu } from './analyse-default.js'
import { lostOnUpdate } from './analyse-kept.js'
import type { BootEntry, BootFile, BootNote } from './boot-entry.js'
import { parseGrubenv } from './grubenv.js'

export type Note = Omit<BootNote, 'fix'> & Partial<Pick<BootNote, 'fix'>>

export interface NoteInput {
  readonly files: readonly BootFile[]
  readonly facts: BootFacts
  readonly found: readonly FoundEntry[]
  readonly menus: readonly Menu[]
  readonly scripts: readonly GrubScript[]
  readonly choice: DefaultChoice
  readonly entries: readonly BootEntry[]
}

/** More of one kind tell nothing more. */
const MAX_OF_A_KIND = 20

export function findNotes(input: NoteInput): BootNote[] {
  const rules = [
    overruled,
    unusedVariables,
    sharedArguments,
    lostOnUpdate,
    missingFiles,
    sameTitles,
    syntax,
    ukis,
    readOnly,
    defaults,
    unreadable,
  ]
  return rules.flatMap((rule) => rule(input).slice(0, MAX_OF_A_KIND)).map((note) => ({ ...note, fix: note.fix ?? [] }))
}

const LOADER_NAMES = { grub: 'GRUB', 'systemd-boot': 'systemd-boot', extlinux: 'extlinux', isolinux: 'isolinux' } as const

/** Menus that the loader which boots does not show. */
function overruled({ menus, scripts, found, files, facts }: NoteInput): Note[] {
  const [winner, ...others] = menus
  if (!winner) return []
  const notes: Note[] = []
  const shown = new Set(winner.entries.map(({ entry }) => entry.id))
  for (const menu of others) {
    const file = menu.entries.find(({ entry }) => !shown.has(entry.id))?.entry.file
    if (file === undefined) continue
    const text = `${LOADER_NAMES[menu.loader]} has entries too, which count only where the firmware or the boot code starts it instead of ${LOADER_NAMES[winner.loader]}`
    notes.push({ code: 'overruled', severity: 'info', entry: null, file, text })
  }
  const inSome = new Set(menus.flatMap((menu) => menu.entries.map(({ entry }) => entry.id)))
  const unread = found.filter(({ entry }) => entry.loader === 'bls' && !inSome.has(entry.id))
  const [script] = scripts
  if (unread[0] && script) {
    const text = `${script.file.path} lists its own entries and does not call blscfg: what ${folderOf(unread[0].entry.path)} holds is shown by no boot loader`
    notes.push({
      code: 'overruled',
      severity: 'warning',
      entry: unread.length === 1 ? unread[0].entry.id : null,
      file: unread[0].entry.file,
      text,
    })
  }
  const mixed = scripts.find(({ cfg }) => cfg.usesBlscfg && cfg.entries.some((entry) => entry.linux !== null))
  if (mixed && found.some(({ entry }) => entry.loader === 'bls')) {
    const text = `${mixed.file.path} lists entries of its own, and those of the boot loader specification come from blscfg: both are in the menu, and a kernel update changes only the latter`
    notes.push({ code: 'overruled', severity: 'info', entry: null, file: mixed.file.id, text })
  }
  const conf = files.find((file) => file.kind === 'loader-conf')
  if (conf && winner.loader !== 'systemd-boot' && !menus.some((menu) => menu.loader === 'systemd-boot') && !facts.hasSystemdBoot) {
    const text = `${LOADER_NAMES[winner.loader]} boots this image and does not read ${conf.path}`
    notes.push({ code: 'overruled', severity: 'info', entry: null, file: conf.id, text })
  }
  return [...notes, ...startsUki({ found, files })]
}

/** With a command line built in, a unified kernel image takes no other, at the latest under secure boot (systemd-stub(7)). */
function startsUki({ found, files }: Pick<NoteInput, 'found' | 'files'>): Note[] {
  const images = files.filter((file) => file.kind === 'uki' && file.text.trim() !== '')
  return found.flatMap(({ entry }): Note[] => {
    if (entry.loader !== 'bls' || entry.args.length === 0) return []
    const target = (entry.efi ?? entry.linux ?? '').toLowerCase()
    const image = images.find((file) => file.partition === entry.partition && file.path.toLowerCase() === target)
    if (!image) return []
    const text = `The options of this entry are overruled by the command line inside ${image.path} where secure boot is on`
    return [{ code: 'overruled', severity: 'warning', entry: entry.id, file: image.id, text }]
  })
}

/** `kernelopts` is left behind in many a grubenv; with options in the entries themselves nobody reads it. */
function unusedVariables({ files, found }: NoteInput): Note[] {
  const used = new Set(found.flatMap(({ nodes }) => nodes.flatMap((node) => (node.kind === 'variable' ? [node.name] : []))))
  if (used.has('kernelopts') || !found.some(({ entry }) => entry.loader === 'bls')) return []
  return files.flatMap((file): Note[] => {
    const value = file.kind === 'grubenv' ? parseGrubenv(file.text)?.get('kernelopts') : undefined
    if (value === undefined || value.trim() === '') return []
    const text = `kernelopts in ${file.path} is used by no entry: each has its own options`
    return [{ code: 'overruled', severity: 'info', entry: null, file: file.id, text }]
  })
}

function sharedArguments({ entries }: NoteInput): Note[] {
  const places = new Map<string, { file: string; what: string; count: number }>()
  for (const entry of entries) {
    for (const source of entry.sources) {
      if (!source.shared) continue
      const key = `${source.file}\n${source.what}`
      const place = places.get(key) ?? { file: source.file, what: source.what, count: 0 }
      places.set(key, { ...place, count: place.count + 1 })
    }
  }
  return [...places.values()].map(({ file, what, count }) => {
    const text = `${count} entries take arguments from ${what} in ${file.slice(file.indexOf(':') + 1)}: a change there changes all of them`
    return { code: 'shared-arguments', severity: 'info', entry: null, file, text }
  })
}

function missingFiles({ found, facts }: NoteInput): Note[] {
  return found.flatMap(({ entry, passedOver }) => {
    if (passedOver) return []
    return namedFiles(entry, facts)
      .filter(({ places }) => places.length > 0 && places.every((place) => facts.missing.has(place)))
      .map(({ what, path }): Note => {
        const severity = entry.isDefault ? 'error' : 'warning'
        return {
          code: what === 'kernel' ? 'kernel-missing' : 'initrd-missing',
          severity,
          entry: entry.id,
          file: null,
          text: `${path} is not there`,
        }
      })
  })
}

/** Files that an entry starts, each with the places where it may be; none where that cannot be told. */
export function namedFiles(
  entry: BootEntry,
  facts: Pick<BootFacts, 'partitionsByUuid'>,
): { readonly what: 'kernel' | 'initrd'; readonly path: string; readonly places: readonly string[] }[] {
  if (entry.loader === 'uki') return []
  const named = [
    ...[entry.linux, entry.loader === 'bls' ? entry.efi : null].flatMap((path) =>
      path === null ? [] : [{ what: 'kernel' as const, path }],
    ),
    ...entry.initrds.map((path) => ({ what: 'initrd' as const, path })),
  ]
  return named.map((row) => ({ ...row, places: placesOf(entry, row.path, facts) }))
}

function placesOf(entry: BootEntry, named: string, facts: Pick<BootFacts, 'partitionsByUuid'>): string[] {
  if (/[$*\0]/.test(named) || named.length > 1024) return []
  const [, device, rest] = named.startsWith('(') ? (/^\(([^)]*)\)(.*)$/.exec(named) ?? []) : []
  const path = rest ?? named
  const numbered = device === undefined ? entry.partition : Number(/,(?:gpt|msdos)(\d{1,3})$/.exec(device)?.[1] ?? Number.NaN)
  if (Number.isNaN(numbered)) return []
  const isRelative = !path.startsWith('/')
  if (isRelative && entry.loader !== 'extlinux' && entry.loader !== 'isolinux') return []
  const absolute = isRelative ? `${folderOf(entry.path)}/${path}` : path
  const others =
    device === undefined && entry.loader === 'grub' ? [...facts.partitionsByUuid.values()].filter((number) => number !== numbered) : []
  // A boot partition often has a link `boot -> .`, and GRUB's root may be the partition above /boot.
  const spellings = [absolute, absolute.startsWith('/boot/') ? absolute.slice('/boot'.length) : `/boot${absolute}`]
  return [numbered, ...others].flatMap((partition) => spellings.map((one) => `${partition}:${one}`))
}

function sameTitles({ menus }: NoteInput): Note[] {
  const [menu] = menus
  const seen = new Map<string, BootEntry>()
  return (menu?.entries ?? []).flatMap(({ entry, passedOver }): Note[] => {
    if (passedOver) return []
    const key = `${entry.submenu.join('\n')}\n${entry.title}\n${menu?.loader === 'grub' ? '' : (entry.version ?? '')}`
    const twin = seen.get(key)
    seen.set(key, twin ?? entry)
    if (!twin) return []
    const text = `"${entry.title}" is the title of ${baseName(twin.path)} too: in the menu they cannot be told apart`
    return [{ code: 'title-twice', severity: 'info', entry: entry.id, file: null, text }]
  })
}

function syntax({ found, files }: NoteInput): Note[] {
  const broken = found.flatMap(({ entry }): Note[] =>
    entry.problem?.includes('cannot be edited')
      ? [{ code: 'syntax', severity: 'warning', entry: entry.id, file: entry.file, text: entry.problem }]
      : [],
  )
  const blocks = files.flatMap((file): Note[] => {
    if (file.kind !== 'grubenv' || parseGrubenv(file.text) !== null) return []
    return [
      {
        code: 'syntax',
        severity: 'warning',
        entry: null,
        file: file.id,
        text: `${file.path} is no GRUB environment block, so GRUB reads nothing from it`,
      },
    ]
  })
  return [...broken, ...blocks]
}

function ukis({ found, facts }: NoteInput): Note[] {
  return found.flatMap(({ entry }): Note[] => {
    const image = entry.loader === 'uki' ? facts.ukis.get(entry.file) : undefined
    if (!image) return []
    const common = { entry: entry.id, file: entry.file, severity: 'info' as const }
    const signed: Note[] = image.signed
      ? [
          {
            ...common,
            code: 'uki-signed',
            text: 'It is signed: its command line can only be changed by building and signing it anew, or by an addon',
          },
        ]
      : []
    const addons: Note[] =
      image.addons.length > 0 ? [{ ...common, code: 'overruled', text: `Arguments of ${image.addons.join(', ')} come after its own` }] : []
    return [...signed, ...addons]
  })
}

function readOnly({ files }: NoteInput): Note[] {
  const file = files.find(({ problem }) => problem?.startsWith('ISO'))
  return file ? [{ code: 'read-only', severity: 'info', entry: null, file: file.id, text: file.problem ?? '' }] : []
}

function defaults({ menus, choice, found }: NoteInput): Note[] {
  if (choice.dangling) {
    const title = choice.entry === null ? 'nothing' : `"${choice.entry.title}"`
    const text = `${choice.dangling.text} names no entry of the menu: ${title} starts instead`
    return [{ code: 'no-default', severity: 'warning', entry: choice.entry?.id ?? null, file: choice.dangling.file, text }]
  }
  if (menus.length === 0 || choice.entry !== null || found.length === 0) return []
  return [{ code: 'no-default', severity: 'error', entry: null, file: null, text: 'No entry can be started' }]
}

function unreadable({ facts }: NoteInput): Note[] {
  return facts.unreadable.map(({ place, reason }) => {
    return {
      code: 'unreadable',
      severity: 'warning',
      entry: null,
      file: place,
      text: `${place.slice(place.indexOf(':') + 1)} could not be read (${reason})`,
    }
  })
}
