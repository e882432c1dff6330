import { AppError } from '#shared/errors/app-error'
import type { SystemRoot } from '#shared/edits/system-edits'
import { type OsTree, resolveInTree } from '#shared/images/os-tree'
import type { EditContext } from '../edit-handler.js'
import { GuestSystem, ostreeVar, pathBelow } from './guest-system.js'

/** File systems that a Linux system can have its root on. */
const LINUX_KINDS: ReadonlySet<string> = new Set(['ext', 'xfs', 'btrfs'])
const MAX_DEPLOYMENTS = 32

/**
 * The system that an edit means: at `root` where it says so, else the one that the image boots.
 * @throws AppError `bad-input` where there is none, or several and nothing says which one boots
 */
export async function openSystem(context: EditContext, root: SystemRoot | undefined): Promise<GuestSystem> {
  const tree = root ? null : await context.tree()
  if (tree) return inTree(context, tree)
  const systems = await openSystems(context, root)
  const [first] = systems
  if (first === undefined) throw unclear('no file system of the image has a system with /etc in it')
  if (systems.length > 1) {
    const places = systems.map((system) => `${system.root.partition}:${system.root.prefix}`).join(', ')
    throw unclear(`there are several systems (${places}) and it is not clear which one boots`)
  }
  return first
}

/** Every system that an edit means: at `root`, else all deployments of the image (the one that boots first), or its one root. */
export async function openSystems(context: EditContext, root: SystemRoot | undefined): Promise<GuestSystem[]> {
  const tree = root ? null : await context.tree()
  if (tree && !tree.ostree) return [inTree(context, tree)]
  const roots = root ? [await checkedRoot(context, root)] : await findRoots(context)
  const others = roots.filter((found) => !tree || found.partition !== tree.root.partition || found.prefix !== tree.root.prefix)
  return [...(tree ? [inTree(context, tree)] : []), ...others.map((found) => atRoot(context, found))]
}

function inTree(context: EditContext, tree: OsTree): GuestSystem {
  const { partition, prefix } = tree.root
  const hidden = tree.unresolved.map((mount) => mount.at)
  return new GuestSystem(context, { partition, prefix: prefix === '' ? '/' : prefix }, (file) => resolveInTree(tree, file), hidden)
}

function atRoot(context: EditContext, root: SystemRoot): GuestSystem {
  return new GuestSystem(context, root, (file) => pathBelow(root, file))
}

async function checkedRoot(context: EditContext, root: SystemRoot): Promise<SystemRoot> {
  context.draft.partition(root.partition)
  const prefix = root.prefix.replace(/(.)\/+$/, '$1')
  const entries = await context.draft.list(root.partition, prefix)
  if (entries.length === 0) throw unclear(`there is nothing at ${prefix} of partition ${root.partition}`)
  return { partition: root.partition, prefix }
}

async function findRoots(context: EditContext): Promise<SystemRoot[]> {
  const found: SystemRoot[] = []
  for (const { number, filesystem } of context.draft.partitions) {
    if (!LINUX_KINDS.has(filesystem?.kind ?? '')) continue
    const names = (await context.draft.list(number, '/').catch(() => [])).map((entry) => entry.name)
    if (names.includes('etc') && names.some((name) => name === 'usr' || name === 'bin')) found.push({ partition: number, prefix: '/' })
    else if (names.includes('ostree')) found.push(...(await deploymentsOf(context, number)))
  }
  return found
}

/** OSTree keeps systems in /ostree/deploy/STATEROOT/deploy/CHECKSUM.SERIAL. */
async function deploymentsOf({ draft }: EditContext, partition: number): Promise<SystemRoot[]> {
  const found: SystemRoot[] = []
  for (const stateroot of await draft.list(partition, '/ostree/deploy')) {
    const folder = `/ostree/deploy/${stateroot.name}/deploy`
    for (const { name, kind } of await draft.list(partition, folder)) {
      if (kind === 'folder' && /^[0-9a-f]{64}\.\d+$/.test(name) && found.length < MAX_DEPLOYMENTS)
        found.push({ partition, prefix: `${folder}/${name}` })
    }
  }
  return found
}

/** One for each /var: deployments of one system share it. */
export function withoutSharedVar(systems: readonly GuestSystem[]): GuestSystem[] {
  const seen = new Set<string>()
  return systems.filter(({ root }) => {
    const key = `${root.partition}:${ostreeVar(root.prefix) ?? root.prefix}`
    return seen.has(key) ? false : seen.add(key)
  })
}

function unclear(reason: string): AppError {
  return new AppError('bad-input', { details: { reason: `${reason}: say where the root is (partition and folder)` } })
}
