import { AppError } from '../errors/app-error.js'
import { baseName, type BootFacts, type FoundEntry, type UkiFacts } from './analyse-facts.js'
import { parseCounter, readBlsEntry } from './bls.js'
import type { ArgSource, BootEntry, BootFile } from './boot-entry.js'
import { type ArgNode, effectiveArgs, expandEntryArgs } from './entry-args.js'
import { type GrubVariable, grubValues, grubVariables } from './grub-variables.js'
import { splitArgs } from './kernel-args.js'
import { readShellVars } from './shell-vars.js'

/** Variables for the entries of each partition, looked up once. */
export function variableLookup(files: readonly BootFile[]): (partition: number) => ReadonlyMap<string, GrubVariable> | null {
  const known = new Map<number, ReadonlyMap<string, GrubVariable> | null>()
  return (partition) => {
    const found = known.get(partition)
    if (found !== undefined) return found
    const variables = grubVariables(files, partition)
    known.set(partition, variables)
    return variables
  }
}

export type VariableLookup = ReturnType<typeof variableLookup>

/** Arguments with where each comes from; whether a place is shared is found out when all entries are known. */
export function placedArgs(
  nodes: readonly ArgNode[],
  own: { readonly file: string; readonly what: string },
  variables: ReadonlyMap<string, GrubVariable> | null,
): Pick<BootEntry, 'args' | 'origins' | 'sources'> {
  const sources: ArgSource[] = [{ ...own, shared: false }]
  const origins = nodes.flatMap((node) => {
    if (node.kind === 'arg') return [0]
    const file = variables?.get(node.name)?.file.id
    if (file === undefined || node.args.length === 0) return node.args.map(() => 0)
    let at = sources.findIndex((source) => source.file === file && source.what === node.name)
    if (at < 0) at = sources.push({ file, what: node.name, shared: false }) - 1
    return node.args.map(() => at)
  })
  return { args: effectiveArgs(nodes), origins, sources }
}

const BLANK = {
  submenu: [],
  version: null,
  linux: null,
  efi: null,
  initrds: [],
  devicetree: null,
  sortKey: null,
  machineId: null,
  counter: null,
  enabled: true,
  isDefault: false,
  defaultReason: null,
} as const

/** What entries of all kinds begin with. */
export function plainEntry(
  file: BootFile,
  loader: BootEntry['loader'],
): Omit<BootEntry, 'args' | 'origins' | 'sources' | 'title' | 'problem'> {
  return {
    ...BLANK,
    submenu: [],
    initrds: [],
    id: file.id,
    loader,
    file: file.id,
    partition: file.partition,
    path: file.path,
    realPath: file.realPath,
  }
}

/** Without variables an entry depends on its file alone. Menus have hundreds, and an edit changes one of them. */
const plainEntries = new WeakMap<BootFile, FoundEntry>()

export function blsEntry(file: BootFile, lookup: VariableLookup): FoundEntry {
  if (file.text.includes('$')) return readEntry(file, lookup)
  const found = plainEntries.get(file) ?? readEntry(file, lookup)
  plainEntries.set(file, found)
  return found
}

function readEntry(file: BootFile, lookup: VariableLookup): FoundEntry {
  const enabled = !/\.disabled$/i.test(file.path)
  const name = baseName(file.path).replace(/\.disabled$/i, '')
  const common = { ...plainEntry(file, 'bls'), enabled, counter: parseCounter(name) }
  const titleless = name.replace(/\.conf$/i, '')
  const own = { file: file.id, what: 'options' }
  try {
    const bls = readBlsEntry(file.text)
    const variables = lookup(file.partition)
    const nodes = expandEntryArgs(bls.args, grubValues(variables))
    const namesKernel = bls.linux !== null || bls.efi !== null
    const entry: BootEntry = {
      ...common,
      title: bls.title ?? titleless,
      version: bls.version,
      linux: bls.linux,
      efi: bls.efi,
      initrds: [...bls.initrds],
      devicetree: bls.devicetree,
      sortKey: bls.sortKey,
      machineId: bls.machineId,
      ...placedArgs(nodes, own, variables),
      problem: file.problem ?? (namesKernel ? null : 'This entry names no kernel'),
    }
    return { entry, nodes, passedOver: !namesKernel || !enabled, grub: null }
  } catch (thrown) {
    const nothing = { args: [], origins: [], sources: [{ ...own, shared: false }] }
    const problem = file.problem ?? `This entry cannot be edited: ${reasonOf(thrown)}`
    return {
      entry: { ...common, ...nothing, title: titleless, problem },
      nodes: [],
      passedOver: !enabled || file.problem !== null,
      grub: null,
    }
  }
}

/** A unified kernel image; title, version and sort key come from the os-release in it, as systemd-boot takes them (systemd-stub(7)). */
export function ukiEntry(file: BootFile, facts: Pick<BootFacts, 'ukis'>): FoundEntry {
  const found = facts.ukis.get(file.id)
  const enabled = !/\.disabled$/i.test(file.path)
  const name = baseName(file.path).replace(/\.disabled$/i, '')
  const release = readShellVars(found?.osRelease ?? '')
  const first = (...names: readonly string[]) =>
    names.map((one) => release.get(one)).find((value) => value !== undefined && value !== '') ?? null
  const nodes = lenientNodes(file.text)
  const entry: BootEntry = {
    ...plainEntry(file, 'uki'),
    title: first('PRETTY_NAME', 'IMAGE_ID', 'NAME', 'ID') ?? name,
    version: found?.uname ?? first('IMAGE_VERSION', 'VERSION', 'VERSION_ID', 'BUILD_ID'),
    efi: file.path,
    sortKey: first('IMAGE_ID', 'ID'),
    counter: parseCounter(name),
    enabled,
    ...placedArgs(nodes, { file: file.id, what: '.cmdline' }, null),
    problem: file.problem ?? ukiProblem(found),
  }
  return { entry, nodes, passedOver: !enabled, grub: null }
}

function ukiProblem(found: UkiFacts | undefined): string | null {
  return found?.signed ? 'This unified kernel image is signed, and any change would break its signature' : null
}

function lenientNodes(text: string): ArgNode[] {
  try {
    return expandEntryArgs(splitArgs(text.replace(/[\r\n\0]/g, ' ')), null)
  } catch {
    return []
  }
}

export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof AppError)) return String(thrown)
  return String(thrown.data.details.reason ?? thrown.code)
}
