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

/** The model whose arguments are `after`, as near to that as its places allow. */
function moveTo(model: Model, after: readonly string[], isShared: (name: string) => boolean, keptApart: string[], fixed: string[]): Model {
  const leaves = leavesOf(model.nodes)
  const before = leaves.map((leaf) => leaf.arg)
  const rows = alignLists(before, after)
  const lists = model.nodes.map((): string[] => [])
  const added = new Map<number, string[]>()
  let node = -1
  const replaced = pairReplaced(rows, before, after)
  for (const row of rows) {
    if (row.before !== null) {
      const leaf = leaves[row.before]
      node = leaf?.node ?? node
      if (row.after !== null) lists[node]?.push(leaf?.arg ?? '')
      continue
    }
    const arg = after[row.after] ?? ''
    const target = leaves[replaced.get(row.after) ?? -1]?.node
    if (target !== undefined) {
      lists[target]?.push(arg)
      continue
    }
    const home = model.nodes[node]
    if (home?.kind === 'variable' && home.name !== '' && !isShared(home.name)) lists[node]?.push(arg)
    else {
      if (home?.kind === 'variable') keptApart.push(arg)
      const place = home?.kind === 'variable' ? lastEmptyAfter(model.nodes, node) : node
      added.set(place, [...(added.get(place) ?? []), arg])
    }
  }
  const own = (arg: string): ArgNode => ({ kind: 'arg', arg, raw: arg })
  const kept = model.nodes.flatMap((each, index): ArgNode[] => {
    const list = lists[index] ?? []
    const extra = (added.get(index) ?? []).map(own)
    if (each.kind === 'arg') return [...list.map((arg) => (arg === each.arg ? each : own(arg))), ...extra]
    if (each.name === '' && !sameList(each.args, list)) fixed.push(...each.args)
    return [{ ...each, args: list }, ...extra]
  })
  return { nodes: [...(added.get(-1) ?? []).map(own), ...kept] }
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

/** What is added at the end stays at the end, though variables that stand for nothing follow. */
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
