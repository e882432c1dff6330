import { argOfWord } from './grub-args.js'
import { findMenu, type MenuNode } from './grub-menu.js'
import { type ConsoleBlock, findConsoleBlock, findSettings, type GrubSetting } from './grub-settings.js'
import { commandWords, type GrubCommand, parseGrubTree } from './grub-tree.js'

export { expandGrubVariables, type ExpandedArg } from './grub-args.js'
export {
  duplicateGrubEntry,
  moveGrubEntry,
  removeGrubEntry,
  setConsoleBlock,
  setGrubDefault,
  setGrubEntryArgs,
  setGrubEntryTitle,
  setGrubTimeout,
} from './grub-edits.js'

export type { ConsoleBlock, GrubSetting } from './grub-settings.js'

export interface GrubMenuEntry {
  /** Place in the menu as GRUB's `default` takes it: `0`, or `1>2` inside of submenus. */
  readonly index: string
  readonly id: string | null
  readonly title: string
  /** Titles of the submenus around it, outermost first. */
  readonly submenu: readonly string[]
  readonly linux: string | null
  readonly initrds: readonly string[]
  /** Kernel arguments, variables not replaced. */
  readonly args: readonly string[]
  readonly start: number
  /** After the closing brace. */
  readonly end: number
  /** Where the arguments stand in the text; null without a kernel. */
  readonly argsAt: { readonly start: number; readonly end: number } | null
}

export interface GrubCfg {
  readonly entries: readonly GrubMenuEntry[]
  readonly submenus: readonly { readonly index: string; readonly title: string; readonly submenu: readonly string[] }[]
  /** Whether it shows the boot loader specification's entries. */
  readonly usesBlscfg: boolean
  /** The last `set default=`, the one that counts when nothing was chosen for the next boot. */
  readonly default: GrubSetting | null
  readonly timeout: GrubSetting | null
  readonly consoleBlock: ConsoleBlock | null
  readonly grubenvLoaded: boolean
  /** Other scripts that it reads (`source`, `configfile`, `normal`), variables not replaced. */
  readonly sources: readonly string[]
  /** `search` commands, for example the label of the partition that becomes `$root`. */
  readonly searches: readonly { readonly variable: string; readonly by: 'label' | 'fs-uuid' | 'file'; readonly value: string }[]
  /** Values of `set name=value` outside of entries and functions; the last one counts. */
  readonly variables: ReadonlyMap<string, string>
}

/** Reads a GRUB script without running it; what it does not know it passes over (GRUB manual, "Writing full configuration files directly"). */
export function parseGrubCfg(text: string): GrubCfg {
  const commands = parseGrubTree(text)
  const settings = findSettings(commands)
  const everything = allCommands(commands).map((command) => commandWords(command).map((word) => word.value))
  const menu = findMenu(commands)
  return {
    entries: menu.flatMap((node) => (node.isSubmenu ? [] : [entryOf(node)])),
    submenus: menu.flatMap(({ isSubmenu, index, title, submenu }) => (isSubmenu ? [{ index, title, submenu }] : [])),
    usesBlscfg: everything.some((words) => words[0] === 'blscfg'),
    default: settings.findLast((setting) => setting.name === 'default') ?? null,
    timeout: settings.findLast((setting) => setting.name === 'timeout') ?? null,
    consoleBlock: findConsoleBlock(text),
    grubenvLoaded: everything.some((words) => words[0] === 'load_env'),
    sources: everything.flatMap((words) => (['source', '.', 'configfile', 'normal'].includes(words[0] ?? '') ? words.slice(1) : [])),
    searches: everything.flatMap((words) => searchOf(words)),
    variables: new Map(settings.map((setting) => [setting.name, setting.value])),
  }
}

function entryOf(node: MenuNode): GrubMenuEntry {
  const kernel = node.kernels[0]
  return {
    index: node.index,
    id: node.id?.value ?? null,
    title: node.title,
    submenu: node.submenu,
    linux: kernel?.path.value ?? null,
    initrds: node.initrds,
    args: kernel?.args.map(argOfWord) ?? [],
    start: node.command.start,
    end: node.command.end,
    argsAt: kernel === undefined ? null : { start: kernel.path.end, end: kernel.args.at(-1)?.end ?? kernel.path.end },
  }
}

function allCommands(commands: readonly GrubCommand[]): GrubCommand[] {
  return commands.flatMap((command) => (command.block === null ? [command] : [command, ...allCommands(command.block.commands)]))
}

function searchOf(words: readonly string[]): GrubCfg['searches'][number][] {
  const name = words[0] ?? ''
  if (name !== 'search' && !name.startsWith('search.')) return []
  let variable: string | null = null
  let by: 'label' | 'fs-uuid' | 'file' = name === 'search.fs_uuid' ? 'fs-uuid' : name === 'search.fs_label' ? 'label' : 'file'
  const rest: string[] = []
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const hasNext = words[at + 1]?.startsWith('-') === false
    if (word.startsWith('--set=')) variable = word.slice('--set='.length)
    else if (word === '--set' && hasNext) variable = words[++at] ?? null
    else if (word === '--label' || word === '-l') by = 'label'
    else if (word === '--fs-uuid' || word === '-u') by = 'fs-uuid'
    else if (word === '--file' || word === '-f') by = 'file'
    else if (word.startsWith('--hint') || word === '-h') at += word.includes('=') ? 0 : 1
    else if (!word.startsWith('-')) rest.push(word)
  }
  // With nothing else to look for, the word after `--set` is it (grub-core/commands/search_wrap.c).
  if (rest.length > 0) return [{ variable: variable ?? 'root', by, value: rest[0] ?? '' }]
  return variable === null ? [] : [{ variable: 'root', by, value: variable }]
}
