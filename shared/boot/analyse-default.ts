import { baseName, type BootFacts, fileOf, type FoundEntry } from './analyse-facts.js'
import type { BootEntry, BootFile, BootSettings } from './boot-entry.js'
import { entryFileName, findDefaultEntry, sortEntries } from './default-entry.js'
import { parseExtlinux } from './extlinux.js'
import { type GrubCfg, parseGrubCfg } from './grub-cfg.js'
import { parseGrubenv } from './grubenv.js'
import { loaderConfDefault, readLoaderConf } from './loader-conf.js'

export type BootLoader = BootSettings['loader']

/** A GRUB script with what it says; parsed once. */
export interface GrubScript {
  readonly file: BootFile
  readonly cfg: GrubCfg
}

export interface Menu {
  readonly loader: BootLoader
  /** In the order of the menu. */
  readonly entries: readonly FoundEntry[]
}

export interface DefaultChoice {
  readonly entry: BootEntry | null
  readonly reason: string
  /** What names the default and names no entry: `saved_entry=x`. */
  readonly dangling: { readonly file: string | null; readonly text: string } | null
}

/** GRUB scripts that list entries or show those of the boot loader specification, those outside of EFI system partitions first. */
export function mainScripts(files: readonly BootFile[], facts: BootFacts): GrubScript[] {
  const scripts = files.filter((file) => file.kind === 'grub-cfg').map((file) => ({ file, cfg: parseGrubCfg(file.text) }))
  const main = scripts.filter(({ cfg }) => cfg.usesBlscfg || cfg.entries.length > 0)
  const onFat = ({ file }: GrubScript) => Number(facts.fatPartitions.has(file.partition))
  return main.sort((left, right) => onFat(left) - onFat(right))
}

/** The menus that the image has; the first is the one that boots as far as the files tell. */
export function findMenus(
  found: readonly FoundEntry[],
  scripts: readonly GrubScript[],
  files: readonly BootFile[],
  facts: BootFacts,
): Menu[] {
  const of = (...loaders: BootEntry['loader'][]) => found.filter(({ entry }) => loaders.includes(entry.loader))
  const usesBls = scripts.some(({ cfg }) => cfg.usesBlscfg)
  const bls = of('bls')
  const grub: Menu = { loader: 'grub', entries: grubMenu(scripts, usesBls ? bls : [], of('grub')) }
  const hasGrub = grub.entries.some(({ passedOver, entry }) => !passedOver && entry.linux !== null)
  const ofSystemdBoot = hasGrub ? bls.filter(({ entry }) => !usesBls || facts.fatPartitions.has(entry.partition)) : bls
  const hasLoaderConf = files.some((file) => file.kind === 'loader-conf')
  const readsBls = facts.hasSystemdBoot || (hasLoaderConf && !usesBls) || !hasGrub
  const systemd: Menu = { loader: 'systemd-boot', entries: systemdMenu([...(readsBls ? ofSystemdBoot : []), ...of('uki')]) }
  const extlinux: Menu = { loader: 'extlinux', entries: of('extlinux') }
  const isolinux: Menu = { loader: 'isolinux', entries: of('isolinux') }
  const ranked = facts.hasSystemdBoot && systemd.entries.length > 0 ? [systemd, grub] : [grub, systemd]
  return [...ranked, extlinux, isolinux].filter((menu) => menu.entries.length > 0)
}

/** GRUB's own entries around those of the boot loader specification, which stand where the script says `blscfg`. */
function grubMenu(scripts: readonly GrubScript[], bls: readonly FoundEntry[], own: readonly FoundEntry[]): FoundEntry[] {
  const menu = sortFound(bls)
  const [first] = scripts
  const at = first === undefined ? -1 : first.file.text.search(/^[ \t]*blscfg\b/m)
  const before = own.filter(({ entry, grub }) => at >= 0 && entry.file === first?.file.id && (grub?.start ?? 0) < at)
  return [...before, ...menu, ...own.filter((row) => !before.includes(row))]
}

/** Entries whose tries are used up go last (systemd-boot(7), "Boot counting"). */
function systemdMenu(found: readonly FoundEntry[]): FoundEntry[] {
  const isBad = ({ entry }: FoundEntry) => entry.counter?.left === 0
  return [...sortFound(found.filter((row) => !isBad(row))), ...sortFound(found.filter(isBad))]
}

function sortFound(found: readonly FoundEntry[]): FoundEntry[] {
  const byId = new Map(found.map((row) => [row.entry.id, row]))
  return sortEntries(found.map(({ entry }) => entry)).flatMap((entry) => byId.get(entry.id) ?? [])
}

/** The entry that starts by itself, of the menu that boots. */
export function chooseDefault(menu: Menu | undefined, scripts: readonly GrubScript[], files: readonly BootFile[]): DefaultChoice {
  const bootable = menu?.entries.filter(({ passedOver }) => !passedOver) ?? []
  if (menu === undefined || bootable.length === 0) return { entry: null, reason: '', dangling: null }
  if (menu.loader === 'grub') return grubDefault(bootable, scripts, files)
  if (menu.loader === 'systemd-boot') return systemdDefault(bootable, files)
  return extlinuxDefault(bootable, files)
}

function grubDefault(menu: readonly FoundEntry[], scripts: readonly GrubScript[], files: readonly BootFile[]): DefaultChoice {
  const script = scripts.find(({ cfg }) => cfg.default !== null) ?? scripts[0]
  const block = grubenvOf(files, script?.file)
  const env = block === undefined ? null : parseGrubenv(block.text)
  const next = env?.get('next_entry')
  if (next !== undefined && next !== '') {
    const entry = findGrubEntry(menu, next)
    if (entry) return { entry, reason: 'next_entry', dangling: null }
  }
  const said = script?.cfg.default?.value ?? null
  const variable = said === null ? 'saved_entry' : (/^\$\{?([a-z_]+)\}?$/.exec(said)?.[1] ?? null)
  const value = variable === null ? (said ?? '') : (env?.get(variable) ?? '')
  const place = variable === null ? 'set default' : variable
  const entry = value === '' ? undefined : findGrubEntry(menu, value)
  if (entry) return { entry, reason: place, dangling: null }
  const first = menu[0]?.entry ?? null
  const dangling = value === '' ? null : { file: (variable === null ? script?.file.id : block?.id) ?? null, text: `${place} ${value}` }
  return { entry: first, reason: first?.loader === 'bls' ? 'highest version' : 'first entry', dangling }
}

/** The environment block that a script loads: the one beside it, else the only one there is. */
export function grubenvOf(files: readonly BootFile[], script: BootFile | undefined): BootFile | undefined {
  const blocks = files.filter((file) => file.kind === 'grubenv')
  const folder = script?.path.slice(0, script.path.lastIndexOf('/'))
  return blocks.find((file) => file.partition === script?.partition && file.path === `${folder}/grubenv`) ?? blocks[0]
}

/** A place (`1>2`), an id, or a title, of each submenu and the entry (GRUB manual, "default"; `>` in a title is doubled). */
export function findGrubEntry(menu: readonly FoundEntry[], wanted: string): BootEntry | undefined {
  const parts = wanted.split(/(?<!>)>(?!>)/).map((part) => part.replaceAll('>>', '>'))
  const last = parts.at(-1) ?? ''
  const name = last.replace(/\.conf$/i, '')
  const top = menu.filter(({ entry }) => entry.submenu.length === 0)
  const atDepth = menu.filter(({ entry }) => entry.submenu.length === parts.length - 1)
  const isNamed = ({ entry, grub }: FoundEntry) => (entry.loader === 'bls' ? entryFileName(entry.path) === name : grub?.id === last)
  const found = atDepth.find(isNamed) ?? atDepth.find(({ entry }) => entry.title === last) ?? byPlace(menu, top, wanted, parts)
  return found?.entry
}

function byPlace(
  menu: readonly FoundEntry[],
  top: readonly FoundEntry[],
  wanted: string,
  parts: readonly string[],
): FoundEntry | undefined {
  const last = parts.at(-1) ?? ''
  if (!/^\d{1,4}$/.test(last)) return undefined
  const hasBls = top.some(({ entry }) => entry.loader === 'bls')
  if (parts.length === 1) return hasBls ? top[Number(last)] : menu.find(({ grub }) => grub?.index === last)
  const inMenu = menu.filter(({ entry }) => entry.submenu.length === parts.length - 1 && entry.submenu.at(-1) === parts.at(-2))
  return menu.find(({ grub }) => grub?.index === wanted) ?? inMenu.find(({ grub }) => grub?.index.split('>').at(-1) === last)
}

function systemdDefault(menu: readonly FoundEntry[], files: readonly BootFile[]): DefaultChoice {
  const conf = files.find((file) => file.kind === 'loader-conf')
  const env = files.find((file) => file.kind === 'grubenv')
  const entries = menu.map(({ entry }) => entry)
  const chosen = findDefaultEntry(entries, { loaderConf: conf?.text ?? null, grubenv: env?.text ?? null })
  const entry = entries.find(({ id }) => id === chosen?.id) ?? null
  const pattern = conf === undefined ? null : loaderConfDefault(conf.text)
  const dangling =
    pattern !== null && chosen?.reason !== 'loader.conf default' ? { file: conf?.id ?? null, text: `loader.conf default ${pattern}` } : null
  // Boot counting puts an entry without tries last, so that the order of the menu decides and not that of the names.
  if (chosen?.reason === 'highest version') return { entry: entries[0] ?? null, reason: chosen.reason, dangling }
  return { entry, reason: chosen?.reason ?? '', dangling }
}

function extlinuxDefault(menu: readonly FoundEntry[], files: readonly BootFile[]): DefaultChoice {
  const [first] = menu
  const file = first && fileOf(files, first.entry.file)
  if (!first || !file) return { entry: first?.entry ?? null, reason: 'first entry', dangling: null }
  const conf = parseExtlinux(file.text)
  const label = conf.entries.find((entry) => entry.isDefault)
  const entry = menu.find((row) => row.entry.id === `${file.id}#${label?.label ?? ''}`)?.entry
  if (!entry) return { entry: first.entry, reason: 'first entry', dangling: null }
  if (conf.default === label?.label) return { entry, reason: 'DEFAULT', dangling: null }
  const isMarked = /^[ \t]*menu[ \t]+default\b/im.test(file.text.slice(label?.start, label?.end))
  const startsMenu = conf.default === null || /\.c32\b/i.test(conf.default)
  const dangling = isMarked || startsMenu ? null : { file: file.id, text: `DEFAULT ${conf.default ?? ''}` }
  return { entry, reason: isMarked ? 'MENU DEFAULT' : 'first entry', dangling }
}

/** Default and timeout of each boot loader that says one. */
export function readSettings(files: readonly BootFile[], scripts: readonly GrubScript[]): BootSettings[] {
  const grub = scripts
    .filter(({ cfg }, at) => at === 0 || cfg.default !== null || cfg.timeout !== null)
    .map(({ file, cfg }) => settingsOf('grub', file, cfg.default?.value ?? null, seconds(cfg.timeout?.value)))
  const others = files.flatMap((file): BootSettings[] => {
    if (file.kind === 'loader-conf') {
      const conf = readLoaderConf(file.text)
      return [settingsOf('systemd-boot', file, conf.default, seconds(conf.timeout))]
    }
    if (file.kind !== 'extlinux' && file.kind !== 'isolinux') return []
    try {
      const conf = parseExtlinux(file.text)
      return [settingsOf(file.kind, file, conf.default, conf.timeout)]
    } catch {
      return []
    }
  })
  return [...grub, ...others]
}

function settingsOf(loader: BootLoader, file: BootFile, value: string | null, timeoutSeconds: number | null): BootSettings {
  return { loader, file: file.id, default: value, timeoutSeconds }
}

function seconds(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : null
}

/** The name by which a boot loader's configuration calls an entry. */
export function loaderName(entry: Pick<BootEntry, 'path' | 'loader'>): string {
  const name = baseName(entry.path).replace(/\.disabled$/i, '')
  return entry.loader === 'uki' ? name.replace(/\+\d+(-\d+)?(?=\.efi$)/i, '') : entryFileName(name)
}
