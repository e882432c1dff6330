import { commandWords, type GrubCommand } from './grub-tree.js'
import type { GrubWord } from './grub-words.js'

/** A line that loads a kernel. */
export interface KernelLine {
  readonly path: GrubWord
  readonly args: readonly GrubWord[]
}

/** A `menuentry` or `submenu` with its place in the script. */
export interface MenuNode {
  readonly index: string
  readonly isSubmenu: boolean
  readonly title: string
  readonly titleWord: GrubWord
  readonly id: GrubWord | null
  readonly submenu: readonly string[]
  readonly kernels: readonly KernelLine[]
  readonly initrds: readonly string[]
  readonly command: GrubCommand
}

const LINUX = new Set(['linux', 'linux16', 'linuxefi', 'kernel', 'xen_linux'])
const INITRD = new Set(['initrd', 'initrd16', 'initrdefi', 'xen_initrd'])
const MODULE = new Set(['module', 'module2'])
/** Options of `menuentry` that take a value (GRUB manual, "menuentry"; grub-core/commands/menuentry.c). */
const VALUED = new Set(['--class', '-c', '--users', '-u', '--hotkey', '-h', '--source', '-s', '--id', '--arg'])

/** The menu in GRUB's order, submenus before what they hold. Entries in `if` and the like count as shown. */
export function findMenu(commands: readonly GrubCommand[], parents: readonly MenuNode[] = []): MenuNode[] {
  let place = 0
  const outer = parents.at(-1)
  const walk = (list: readonly GrubCommand[]): MenuNode[] =>
    list.flatMap((command) => {
      if (command.block === null) return []
      const name = commandWords(command)[0]?.raw
      if (name === undefined) return walk(command.block.commands)
      if (name !== 'menuentry' && name !== 'submenu') return []
      const node = nodeOf(command, outer === undefined ? String(place) : `${outer.index}>${place}`, parents)
      if (node === null) return []
      place += 1
      return node.isSubmenu ? [node, ...findMenu(command.block.commands, [...parents, node])] : [node]
    })
  return walk(commands)
}

function nodeOf(command: GrubCommand, index: string, parents: readonly MenuNode[]): MenuNode | null {
  const [name, ...words] = commandWords(command)
  let titleWord: GrubWord | undefined
  let id: GrubWord | null = null
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]
    if (word === undefined) break
    const option = /^\$\{?menuentry_id_option\}?$/.test(word.raw) ? '--id' : word.raw
    if (VALUED.has(option)) {
      at += 1
      if (option === '--id') id = words[at] ?? null
    } else if (!option.startsWith('--')) titleWord ??= word
  }
  if (titleWord === undefined) return null
  const isSubmenu = name?.raw === 'submenu'
  const inside = isSubmenu ? [] : blockCommands(command)
  return {
    index,
    isSubmenu,
    title: titleWord.value,
    titleWord,
    id,
    submenu: parents.map((parent) => parent.title),
    kernels: kernelLines(inside),
    initrds: initrdPaths(inside),
    command,
  }
}

function blockCommands(command: GrubCommand): (readonly GrubWord[])[] {
  const commands = command.block?.commands ?? []
  return commands.flatMap((inner) => (inner.block === null ? [commandWords(inner)] : blockCommands(inner)))
}

/** With a hypervisor (`multiboot`) the kernel is the first module. */
function kernelLines(commands: readonly (readonly GrubWord[])[]): KernelLine[] {
  const lines = commands.filter((words) => LINUX.has(words[0]?.raw ?? ''))
  const counted = lines.length > 0 ? lines : modulesOf(commands).slice(0, 1)
  return counted.flatMap(([, ...words]) => {
    const at = words.findIndex((word) => !word.raw.startsWith('--'))
    const path = words[at]
    return path === undefined ? [] : [{ path, args: words.slice(at + 1) }]
  })
}

function initrdPaths(commands: readonly (readonly GrubWord[])[]): string[] {
  const lines = commands.filter((words) => INITRD.has(words[0]?.raw ?? ''))
  const hasKernel = commands.some((words) => LINUX.has(words[0]?.raw ?? ''))
  const counted = lines.length > 0 || hasKernel ? lines : modulesOf(commands).slice(1)
  const paths = counted.flatMap(([, ...words]) => words.filter((word) => !word.raw.startsWith('--')).map((word) => word.value))
  return [...new Set(paths)]
}

function modulesOf(commands: readonly (readonly GrubWord[])[]): (readonly GrubWord[])[] {
  return commands.some((words) => /^multiboot2?$/.test(words[0]?.raw ?? ''))
    ? commands.filter((words) => MODULE.has(words[0]?.raw ?? ''))
    : []
}
