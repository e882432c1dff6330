import { type KeyLine, parseKeyLines } from './key-lines.js'

/** A `LABEL` with the lines that belong to it. Numbers are line numbers. */
export interface LabelLines {
  readonly label: string
  readonly first: number
  /** After its last line; blank lines, comments and what speaks to the whole menu stay outside. */
  readonly end: number
  /** Line numbers per keyword, `menu label` and the like with their second word. */
  readonly lines: ReadonlyMap<string, readonly number[]>
}

export interface ExtlinuxLines {
  readonly lines: readonly KeyLine[]
  readonly labels: readonly LabelLines[]
  /** Lines that speak to the whole menu. */
  readonly global: ReadonlyMap<string, readonly number[]>
}

/** Keywords of one label (wiki.syslinux.org/wiki/index.php?title=Config; U-Boot boot/pxe_utils.c). */
const OF_LABEL = new Set([
  'kernel',
  'linux',
  'boot',
  'bss',
  'pxe',
  'fdimage',
  'comboot',
  'com32',
  'config',
  'append',
  'initrd',
  'fit',
  'fdt',
  'fdtfile',
  'devicetree',
  'fdtdir',
  'devicetreedir',
  'fdtoverlays',
  'devicetree-overlay',
  'ipappend',
  'sysappend',
  'localboot',
  'kaslrseed',
  'menu label',
  'menu default',
  'menu passwd',
  'menu indent',
  'menu hide',
  'menu disable',
  'menu goto',
  'menu exit',
  'menu quit',
  'menu start',
  'menu save',
  'menu nosave',
  'text help',
  'endtext',
])

/** Keywords of the menu that labels know as well; after a label they are still the menu's. */
const OF_MENU_ONLY = new Set(['default', 'timeout', 'totaltimeout', 'ontimeout', 'prompt', 'include', 'ui', 'menu include'])

export function parseExtlinuxLines(text: string): ExtlinuxLines {
  const lines = parseKeyLines(text)
  const global = new Map<string, number[]>()
  const labels: { label: string; first: number; end: number; lines: Map<string, number[]> }[] = []
  let inHelp = false
  for (const [at, line] of lines.entries()) {
    const current = labels.at(-1)
    if (inHelp) {
      inHelp = line.key?.toLowerCase() !== 'endtext'
      if (current !== undefined) current.end = at + 1
      continue
    }
    const keyword = keywordOf(line)
    if (keyword === null) continue
    if (keyword === 'label') {
      labels.push({ label: line.value, first: at, end: at + 1, lines: new Map() })
      continue
    }
    inHelp = keyword === 'text help'
    const isOfLabel = current !== undefined && OF_LABEL.has(keyword)
    const owner = isOfLabel ? current.lines : current === undefined || OF_MENU_ONLY.has(keyword) ? global : null
    if (isOfLabel) current.end = at + 1
    const places = owner?.get(keyword)
    if (places === undefined) owner?.set(keyword, [at])
    else places.push(at)
  }
  return { lines, labels, global }
}

/** In lower case; `MENU` and `TEXT` with the word that follows. */
function keywordOf(line: KeyLine): string | null {
  const key = line.key?.toLowerCase() ?? null
  if (key !== 'menu' && key !== 'text') return key
  return `${key} ${firstWord(line.value).toLowerCase()}`
}

/** Keys are few letters: a longer first word is none of them. */
function firstWord(value: string): string {
  return /^[^ \t]{0,32}/.exec(value)?.[0] ?? ''
}

/** What follows the second keyword of a `menu …` line, and the text up to there. */
export function splitMenuValue(value: string): { head: string; rest: string } {
  const word = firstWord(value)
  let at = word.length
  while (value.charAt(at) === ' ' || value.charAt(at) === '\t') at += 1
  return { head: value.slice(0, at), rest: value.slice(at) }
}
