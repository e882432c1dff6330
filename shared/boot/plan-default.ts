import { AppError } from '../errors/app-error.js'
import { grubenvOf, loaderName, mainScripts } from './analyse-default.js'
import { NO_FACTS } from './analyse-facts.js'
import { grubDefaultFiles } from './argument-stores.js'
import type { BootEntry, BootFile } from './boot-entry.js'
import { setExtlinuxDefault, setExtlinuxTimeout } from './extlinux.js'
import { parseGrubCfg, setConsoleBlock, setGrubDefault, setGrubTimeout } from './grub-cfg.js'
import { parseGrubenv, setGrubenv } from './grubenv.js'
import { setLoaderConf } from './loader-conf.js'
import { readShellVars, setShellVar } from './shell-vars.js'

/** New texts of files that are there, and of files that are to be made. */
export interface TextPlan {
  readonly texts: ReadonlyMap<BootFile, string>
  readonly created: readonly { readonly partition: number; readonly path: string; readonly text: string }[]
  readonly notes: readonly string[]
}

type Draft = { texts: Map<BootFile, string>; created: TextPlan['created'][number][]; notes: string[] }

function emptyPlan(): Draft {
  return { texts: new Map(), created: [], notes: [] }
}

/** Which of the boot loaders read an entry, as far as the files tell. */
function readersOf(files: readonly BootFile[], entry: BootEntry): { grub: boolean; systemd: boolean } {
  if (entry.loader === 'uki') return { grub: false, systemd: true }
  if (entry.loader === 'grub') return { grub: true, systemd: false }
  const scripts = mainScripts(files, NO_FACTS)
  const hasConf = files.some((file) => file.kind === 'loader-conf')
  const grub = scripts.length > 0 ? scripts.some(({ cfg }) => cfg.usesBlscfg) : !hasConf && files.some((file) => file.kind === 'grubenv')
  return { grub, systemd: hasConf || !grub }
}

/**
 * Another entry to start without a keypress, said where the boot loader that shows it looks.
 * @throws AppError `edit-conflict` where a file's own syntax is in the way
 */
export function planDefault(files: readonly BootFile[], entry: BootEntry): TextPlan {
  const plan = emptyPlan()
  if (entry.loader === 'extlinux' || entry.loader === 'isolinux') {
    const file = requireFile(files, entry.file)
    plan.texts.set(file, setExtlinuxDefault(file.text, entry.id.slice(file.id.length + 1)))
    return plan
  }
  const readers = readersOf(files, entry)
  if (readers.grub) grubDefault(files, entry, plan)
  if (readers.systemd) setConf(files, entry, 'default', entry.loader === 'uki' ? loaderName(entry) : `${loaderName(entry)}.conf`, plan)
  return plan
}

function grubDefault(files: readonly BootFile[], entry: BootEntry, plan: Draft): void {
  const scripts = mainScripts(files, NO_FACTS)
  const own = scripts.filter(({ file, cfg }) => (entry.loader === 'grub' ? file.id === entry.file : cfg.usesBlscfg))
  const script = own.find(({ cfg }) => cfg.default !== null) ?? own[0]
  const name = entry.loader === 'grub' ? grubName(requireFile(files, entry.file), entry) : loaderName(entry)
  const block = grubenvOf(files, script?.file)
  const said = script?.cfg.default?.value ?? null
  if (script && said !== null && !said.includes('$')) {
    plan.texts.set(script.file, setGrubDefault(script.file.text, name))
    setGrubSetting(files, 'GRUB_DEFAULT', name, plan)
    clearNext(block, plan)
    return
  }
  if (block) plan.texts.set(block, setGrubenv(block.text, { saved_entry: name, ...nextCleared(block) }))
  else if (script) {
    const path = `${script.file.realPath.slice(0, script.file.realPath.lastIndexOf('/'))}/grubenv`
    plan.created.push({ partition: script.file.partition, path, text: setGrubenv('', { saved_entry: name }) })
  }
}

/** What is chosen for the next start only would start instead. */
function nextCleared(block: BootFile): Record<string, null> {
  return parseGrubenv(block.text)?.get('next_entry') ? { next_entry: null } : {}
}

function clearNext(block: BootFile | undefined, plan: Draft): void {
  if (!block || parseGrubenv(block.text) === null) return
  const text = setGrubenv(block.text, nextCleared(block))
  if (text !== block.text) plan.texts.set(block, text)
}

/** Titles of the submenus, then id or title; `>` between them, and doubled inside of one (GRUB manual, "default"). */
function grubName(file: BootFile, entry: BootEntry): string {
  const menu = parseGrubCfg(file.text).entries.find(({ index }) => index === entry.id.slice(file.id.length + 1))
  return [...entry.submenu, menu?.id ?? entry.title].map((part) => part.replaceAll('>', '>>')).join('>')
}

/** grub-mkconfig would write the old value again. */
function setGrubSetting(files: readonly BootFile[], name: string, value: string, plan: Draft): void {
  const file = grubDefaultFiles(files).findLast((each) => readShellVars(each.text).has(name))
  if (!file || readShellVars(file.text).get(name) === value) return
  plan.texts.set(file, setShellVar(plan.texts.get(file) ?? file.text, name, value))
  plan.notes.push(`${name} in ${file.path} was set too, so that grub-mkconfig keeps it`)
}

function setConf(files: readonly BootFile[], entry: BootEntry, key: string, value: string, plan: Draft): void {
  const file =
    files.find((each) => each.kind === 'loader-conf' && each.partition === entry.partition) ??
    files.find((each) => each.kind === 'loader-conf')
  if (file) plan.texts.set(file, setLoaderConf(file.text, key, value))
  else plan.created.push({ partition: entry.partition, path: '/loader/loader.conf', text: setLoaderConf('', key, value) })
}

/**
 * Another time for the menu to wait, in seconds; -1 waits for ever. It is set where the loader of `entry`, the default one, looks.
 * @throws AppError `edit-conflict` where a file's own syntax is in the way, or no boot loader is found
 */
export function planTimeout(files: readonly BootFile[], entry: BootEntry, seconds: number): TextPlan {
  const plan = emptyPlan()
  if (entry.loader === 'extlinux' || entry.loader === 'isolinux') {
    const file = requireFile(files, entry.file)
    // 0 would wait for ever, and less than a tenth of a second cannot be said.
    plan.texts.set(file, setExtlinuxTimeout(file.text, seconds < 0 ? 0 : seconds === 0 ? 0.1 : seconds))
    return plan
  }
  const readers = readersOf(files, entry)
  if (readers.grub) {
    const scripts = mainScripts(files, NO_FACTS)
    const withTimeout = scripts.filter(({ cfg }) => cfg.timeout !== null)
    for (const { file } of withTimeout.length > 0 ? withTimeout : scripts.slice(0, 1))
      plan.texts.set(file, setGrubTimeout(file.text, seconds))
    setGrubSetting(files, 'GRUB_TIMEOUT', String(seconds), plan)
  }
  if (readers.systemd) setConf(files, entry, 'timeout', seconds < 0 ? 'menu-force' : String(seconds), plan)
  if (plan.texts.size === 0 && plan.created.length === 0) throw conflict('no boot loader configuration was found')
  return plan
}

const MARKERS = ['# CONSOLE-SETTINGS-START', '# CONSOLE-SETTINGS-END'] as const

/**
 * The lines between the console markers of every script that has them; with `addMarkers` they are put into the main script before its
 * menu.
 * @throws AppError `edit-conflict` where there are no markers
 */
export function planConsoleBlock(files: readonly BootFile[], lines: readonly string[] | null, addMarkers: boolean): TextPlan {
  const plan = emptyPlan()
  const marked = files.filter((file) => file.kind === 'grub-cfg' && parseGrubCfg(file.text).consoleBlock !== null)
  for (const file of marked) plan.texts.set(file, setConsoleBlock(file.text, lines))
  if (marked.length > 0) return plan
  if (lines === null || lines.length === 0) return plan
  const [script] = mainScripts(files, NO_FACTS)
  if (!script) throw conflict('there is no GRUB script with a menu')
  if (!addMarkers) throw conflict(`${script.file.path} has no lines ${MARKERS[0]} and ${MARKERS[1]}`)
  const { text } = script.file
  const menuAt = [text.search(/^[ \t]*blscfg\b/m), script.cfg.entries[0]?.start ?? -1].filter((at) => at >= 0)
  const at = menuAt.length === 0 ? text.length : text.lastIndexOf('\n', Math.min(...menuAt)) + 1
  const lead = at > 0 && text.charAt(at - 1) !== '\n' ? '\n' : ''
  plan.texts.set(script.file, setConsoleBlock(`${text.slice(0, at)}${lead}${MARKERS.join('\n')}\n${text.slice(at)}`, lines))
  return plan
}

function requireFile(files: readonly BootFile[], id: string): BootFile {
  const file = files.find((each) => each.id === id)
  if (!file) throw new AppError('boot-entry-not-found', { details: { entry: id } })
  return file
}

function conflict(reason: string): AppError {
  return new AppError('edit-conflict', { details: { reason } })
}
