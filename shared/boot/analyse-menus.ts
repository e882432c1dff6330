import type { FoundEntry } from './analyse-facts.js'
import { placedArgs, plainEntry, reasonOf, type VariableLookup } from './analyse-entries.js'
import type { BootEntry, BootFile } from './boot-entry.js'
import { expandEntryArgs } from './entry-args.js'
import { parseExtlinux } from './extlinux.js'
import { type GrubMenuEntry, parseGrubCfg } from './grub-cfg.js'
import { grubValues } from './grub-variables.js'

const NO_KERNEL = 'This entry starts no Linux kernel'

/** Entries that a GRUB script itself lists. */
export function grubEntries(file: BootFile, lookup: VariableLookup): FoundEntry[] {
  return parseGrubCfg(file.text).entries.map((menu) => grubEntry(file, menu, lookup))
}

function grubEntry(file: BootFile, menu: GrubMenuEntry, lookup: VariableLookup): FoundEntry {
  const variables = lookup(file.partition)
  const nodes = expandEntryArgs(menu.args, grubValues(variables))
  const entry: BootEntry = {
    ...plainEntry(file, 'grub'),
    id: `${file.id}#${menu.index}`,
    title: menu.title,
    submenu: [...menu.submenu],
    version: menu.linux === null ? null : kernelVersion(menu.linux),
    linux: menu.linux,
    initrds: [...menu.initrds],
    ...placedArgs(nodes, { file: file.id, what: 'linux' }, variables),
    problem: file.problem ?? (menu.linux === null ? NO_KERNEL : null),
  }
  return { entry, nodes, passedOver: false, grub: { index: menu.index, id: menu.id, start: menu.start } }
}

/** `/boot/vmlinuz-6.1.0-21-amd64` is of version `6.1.0-21-amd64`. */
function kernelVersion(path: string): string | null {
  return /\/(?:vmlinuz|vmlinux|kernel|linux)-([^/]*\d[^/]*)$/.exec(path)?.[1] ?? null
}

/** Labels of extlinux.conf and the like. */
export function extlinuxEntries(file: BootFile): FoundEntry[] {
  const loader = file.kind === 'isolinux' ? 'isolinux' : 'extlinux'
  try {
    const seen = new Set<string>()
    return parseExtlinux(file.text).entries.flatMap((label) => {
      // Of labels of the same name only the first can be started, or named by an edit.
      if (seen.has(label.label)) return []
      seen.add(label.label)
      const nodes = expandEntryArgs(label.args, null)
      const own = { file: file.id, what: label.argsAreGlobal ? 'APPEND of the menu' : 'APPEND' }
      const entry: BootEntry = {
        ...plainEntry(file, loader),
        id: `${file.id}#${label.label}`,
        title: label.title,
        version: label.linux === null ? null : kernelVersion(`/${label.linux}`),
        linux: label.linux,
        initrds: [...label.initrds],
        devicetree: label.fdt,
        ...placedArgs(nodes, own, null),
        problem: file.problem ?? (label.linux === null ? NO_KERNEL : null),
      }
      return [{ entry, nodes, passedOver: false, grub: null }]
    })
  } catch (thrown) {
    const problem = `This menu cannot be edited: ${reasonOf(thrown)}`
    const nothing = { args: [], origins: [], sources: [{ file: file.id, what: 'APPEND', shared: false }] }
    return [{ entry: { ...plainEntry(file, loader), ...nothing, title: file.path, problem }, nodes: [], passedOver: true, grub: null }]
  }
}
