import type { ArgChange } from '../edits/arg-change.js'
import { type AlignedRow, alignLists } from '../text/align-lists.js'
import { expandGrubVariables } from './grub-cfg.js'
import { applyArgChange, argKey } from './kernel-args.js'

/**
 * One word of the place where an entry keeps its arguments: an argument, or a GRUB variable that stands for any number of them
 * (`$kernelopts`).
 */
export type ArgNode =
  | { readonly kind: 'arg'; readonly arg: string; readonly raw: string }
  | { readonly kind: 'variable'; readonly name: string; readonly raw: string; readonly args: readonly string[] }

/** The words of an entry with GRUB's variables looked up; without `variables` (another loader) every word is an argument. */
export function expandEntryArgs(raws: readonly string[], variables: ReadonlyMap<string, string> | null): ArgNode[] {
  return raws.flatMap((raw): ArgNode[] => {
    if (variables === null || !raw.includes('$')) return [{ kind: 'arg', arg: raw, raw }]
    const name = wholeVariable(raw)
    if (name !== null && !variables.has(name)) return [{ kind: 'variable', name, raw, args: [] }]
    const expanded = expandGrubVariables([raw], variables).map(({ arg }) => arg)
    if (name !== null) return [{ kind: 'variable', name, raw, args: expanded }]
    // `root=$x` is an argument of its own as long as it stands for one.
    return expanded.length === 1 ? [{ kind: 'arg', arg: expanded[0] ?? raw, raw }] : [{ kind: 'variable', name: '', raw, args: expanded }]
  })
}

/** Name of the variable that the whole word is. */
function wholeVariable(raw: string): string | null {
  const found = /^\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z_][A-Za-z0-9_]*))$/.exec(raw)
  return found?.[1] ?? found?.[2] ?? null
}

/** What the kernel gets. */
export function effectiveArgs(nodes: readonly ArgNode[]): string[] {
  return nodes.flatMap((node) => (node.kind === 'arg' ? [node.arg] : node.args))
}

/** An entry's arguments with changes, each in the place where it is to be written. */
export interface ChangedArgs {
  /** Words of the entry's own place. */
  readonly own: readonly string[]
  /** Arguments of each variable that changes. */
  readonly variables: ReadonlyMap<string, readonly string[]>
  /** Arguments that were to go into a shared place and went into the entry's own. */
  readonly keptApart: readonly string[]
  /** Arguments that a variable holds in a way that cannot be written, so that they could not be changed. */
  readonly fixed: readonly string[]
}

interface Leaf {
  readonly arg: string
  /** Of the node that it belongs to. */
  readonly node: number
}

interface Model {
  readonly nodes: readonly ArgNode[]
}

/**
 * Carries out changes where each argument stands: what is replaced or removed changes in its own place, what is added goes beside its
 * left neighbour, unless that is in a variable that other entries use too.
 * @throws AppError as `applyArgChange`
 */
export function changeEntryArgs(
  nodes: readonly ArgNode[],
  changes: readonly ArgChange[],
  isShared: (variable: string) => boolean,
): ChangedArgs {
  const keptApart: string[] = []
  const fixed: string[] = []
  let model: Model = { nodes: [...nodes] }
  for (const change of changes) {
    const after = applyArgChange(effectiveArgs(model.nodes), change)
    model = moveTo(model, after, isShared, keptApart, fixed)
  }
  const before = new Map(nodes.flatMap((node) => (node.kind === 'variable' ? [[node.name, node.args] as const] : [])))
  const variables = new Map<string, readonly string[]>()
  for (const node of model.nodes) {
    if (node.kind !== 'variable' || variables.has(node.name)) continue
    if (!sameList(before.get(node.name) ?? [], node.args)) variables.set(node.name, node.args)
  }
  return { own: model.nodes.map((node) => node.raw), variables, keptApart, fixed }
}

/** An argument of the new list; where it goes, or that it is new and goes beside its neighbour. */
interface Placed {
  readonly arg: string
  readonly node: number
  readonly isNew: boolean
  readonly isKept: boolean
}

/** The model whose arguments are `after`, as near to that as its places allow. */
function moveTo(model: Model, after: readonly string[], isShared: (name: string) => boolean, keptApart: string[], fixed: string[]): Model {
  const leaves = leavesOf(model.nodes)
  const before = leaves.map((leaf) => leaf.arg)
  const rows = alignLists(before, after)
  const replaced = pairReplaced(rows, before, after)
  const placed: Placed[] = []
  let node = -1
  for (const row of rows) {
    if (row.before !== null) node = leaves[row.before]?.node ?? node
    if (row.after === null) continue
    const arg = after[row.after] ?? ''
    const old = row.before ?? replaced.get(row.after)
    const home = model.nodes[node]
    if (old !== undefined) placed.push({ arg, node: leaves[old]?.node ?? node, isNew: false, isKept: row.before !== null })
    else if (home?.kind === 'variable' && home.name !== '' && !isShared(home.name)) placed.push({ arg, node, isNew: false, isKept: false })
    else {
      if (home?.kind === 'variable') keptApart.push(arg)
      placed.push({ arg, node, isNew: true, isKept: false })
    }
  }
  return { nodes: assemble(model.nodes, drawnIn(model.nodes, placed, isShared), fixed) }
}

/** What comes to stand between two arguments of a variable has to be in it too. */
function drawnIn(nodes: readonly ArgNode[], placed: readonly Placed[], isShared: (name: string) => boolean): Placed[] {
  return nodes.reduce<Placed[]>(
    (list, node, at) => {
      if (node.kind !== 'variable' || node.name === '' || isShared(node.name)) return list
      const isIn = (one: Placed) => one.node === at && !one.isNew
      const [start, end] = [list.findIndex(isIn), list.findLastIndex(isIn)]
      return list.map((one, index) => (index > start && index < end && !one.isKept ? { ...one, node: at, isNew: false } : one))
    },
    [...placed],
  )
}

/** Words in the order of the arguments; a variable stands where its first argument does, or where it stood when it has none. */
function assemble(nodes: readonly ArgNode[], placed: readonly Placed[], fixed: string[]): ArgNode[] {
  const lists = nodes.map((_, at) => placed.filter((one) => one.node === at && !one.isNew).map(({ arg }) => arg))
  const result: ArgNode[] = []
  const done = new Set<number>()
  const emit = (at: number) => {
    const node = nodes[at]
    if (node?.kind !== 'variable' || done.has(at)) return
    done.add(at)
    if (node.name === '' && !sameList(node.args, lists[at] ?? [])) fixed.push(...node.args)
    result.push({ ...node, args: lists[at] ?? [] })
  }
  const emitEmptyBefore = (end: number) => {
    for (let at = 0; at < end; at += 1) if ((lists[at] ?? []).length === 0) emit(at)
  }
  for (const { arg, node: at, isNew } of placed) {
    const node = nodes[at]
    // What is added at the end stays at the end, though variables that stand for nothing follow.
    emitEmptyBefore(isNew ? lastEmptyAfter(nodes, at) + 1 : at)
    if (node?.kind === 'variable' && !isNew) emit(at)
    else result.push(node?.kind === 'arg' && !isNew && node.arg === arg ? node : { kind: 'arg', arg, raw: arg })
  }
  emitEmptyBefore(nodes.length)
  return result
}

/** For each added argument the removed one of the same key in the same stretch of changes: it takes its place. */
function pairReplaced(rows: readonly AlignedRow[], before: readonly string[], after: readonly string[]): Map<number, number> {
  const pairs = new Map<number, number>()
  let removed: number[] = []
  for (const row of rows) {
    if (row.before !== null && row.after !== null) removed = []
    else if (row.before !== null) removed.push(row.before)
    else if (row.after !== null) {
      const key = argKey(after[row.after] ?? '')
      const old = removed.find((at) => argKey(before[at] ?? '') === key)
      if (old !== undefined) pairs.set(row.after, old)
      removed = removed.filter((at) => at !== old)
    }
  }
  return pairs
}

/** The last of the variables that stand for nothing right after a place. */
function lastEmptyAfter(nodes: readonly ArgNode[], from: number): number {
  let at = from
  while (at + 1 < nodes.length) {
    const next = nodes[at + 1]
    if (next?.kind !== 'variable' || next.args.length > 0) break
    at += 1
  }
  return at
}

function leavesOf(nodes: readonly ArgNode[]): Leaf[] {
  return nodes.flatMap((node, index) =>
    node.kind === 'arg' ? [{ arg: node.arg, node: index }] : node.args.map((arg) => ({ arg, node: index })),
  )
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at])
}
