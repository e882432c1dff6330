import type { Partition } from '#shared/images/image-info'
import { type OsTree, resolveInTree, tidyPath, type TreeMount } from '#shared/images/os-tree'
import { XBOOTLDR_GUID } from '#shared/images/partition-types'
import { type FstabRow, parseFstab } from '#shared/system/fstab'
import { parseOsRelease } from '#shared/system/os-release'
import { partitionOfSpec } from './device-spec.js'
import { type Deployment, findDeployment, type TreeFiles } from './ostree-deployment.js'

const TEXT_MAX_BYTES = 256 * 1024
const LINUX_KINDS: ReadonlySet<string> = new Set(['ext', 'xfs', 'btrfs'])
/** Subvolumes that hold the system where `/` of a btrfs does not: Fedora, Ubuntu and Arch, openSUSE. */
const BTRFS_ROOTS = ['', '/root', '/@', '/@/.snapshots/1/snapshot'] as const
const OS_RELEASE = ['/etc/os-release', '/usr/lib/os-release'] as const
/** Rows of fstab that name one of these mount no disk. */
const NO_DISK = /^(?:none|proc|sysfs|tmpfs|devpts|devtmpfs|debugfs|overlay|configfs|cgroup2?|securityfs|[\w.-]+:\/?.*|\/\/.*)$/
const NO_DISK_TYPES = /^(?:swap|tmpfs|proc|sysfs|devpts|nfs4?|cifs|overlay|autofs|9p|virtiofs|fuse\..*|ignore)$/

/** Links of an OSTree system's root, as rpm-ostree composes it; they lead into /var, which is kept between deployments. */
const OSTREE_LINKS: readonly (readonly [at: string, target: string])[] = [
  ['/home', '/var/home'],
  ['/root', '/var/roothome'],
  ['/opt', '/var/opt'],
  ['/srv', '/var/srv'],
  ['/mnt', '/var/mnt'],
  ['/usr/local', '/var/usrlocal'],
  ['/ostree', '/sysroot/ostree'],
]

export interface TreeHints {
  /** Value of the default boot entry's kernel argument `ostree=`. */
  readonly ostreeArg?: string | null
}

interface Root {
  readonly partition: Partition
  readonly prefix: string
  readonly deployment: Deployment | null
  readonly osRelease: Record<string, string>
  readonly fstab: readonly FstabRow[]
}

/**
 * The tree that the system in an image sees, by its own fstab and the layout of OSTree; what fstab does not say is guessed from types
 * and labels of partitions. Null where no system is found, which is a normal answer.
 */
export async function findOsTree(files: TreeFiles, partitions: readonly Partition[], hints: TreeHints = {}): Promise<OsTree | null> {
  const roots: Root[] = []
  for (const partition of partitions) {
    if (!LINUX_KINDS.has(partition.filesystem?.kind ?? '')) continue
    const root = await readRoot(files, partition, hints.ostreeArg ?? null).catch(() => null)
    if (root) roots.push(root)
  }
  const chosen = chooseRoot(roots, partitions)
  return chosen && buildTree(files, partitions, chosen)
}

/** Several systems in one image: the one that boots, then one whose fstab agrees that it is the root, then the first. */
function chooseRoot(roots: readonly Root[], partitions: readonly Partition[]): Root | null {
  const agrees = (root: Root): boolean =>
    root.fstab.some((row) => row.mountPoint === '/' && partitionOfSpec(partitions, row.spec) === root.partition)
  return roots.find((root) => root.deployment?.isBooted) ?? roots.find(agrees) ?? roots[0] ?? null
}

async function readRoot(files: TreeFiles, partition: Partition, ostreeArg: string | null): Promise<Root | null> {
  const deployment = await findDeployment(files, partition.number, ostreeArg)
  const prefixes = deployment ? [deployment.folder] : partition.filesystem?.kind === 'btrfs' ? BTRFS_ROOTS : ['']
  for (const prefix of prefixes) {
    const osRelease = await readOsRelease(files, partition.number, prefix)
    if (!osRelease) continue
    const text = await files.readIfPresent(partition.number, `${prefix}/etc/fstab`, TEXT_MAX_BYTES)
    const fstab = parseFstab(text?.toString('utf8') ?? '').flatMap(({ row }) => row ?? [])
    return { partition, prefix, deployment, osRelease, fstab }
  }
  return null
}

async function readOsRelease(files: TreeFiles, partition: number, prefix: string): Promise<Record<string, string> | null> {
  for (const file of OS_RELEASE) {
    const text = await files.readIfPresent(partition, prefix + file, TEXT_MAX_BYTES)
    if (text) return parseOsRelease(text.toString('utf8'))
  }
  return null
}

async function buildTree(files: TreeFiles, partitions: readonly Partition[], root: Root): Promise<OsTree> {
  const { partition, prefix, deployment, osRelease } = root
  const bare: OsTree = {
    root: { partition: partition.number, prefix },
    ostree: deployment?.ostree ?? null,
    mounts: deployment ? ostreeMounts(partition.number, deployment.ostree.stateroot) : [],
    osRelease,
    unresolved: [],
  }
  const mounted = withFstab(bare, partitions, root.fstab)
  const booting = await withBoot(files, partitions, mounted)
  const complete = await withEsp(files, partitions, booting)
  return deployment ? withOstreeLinks(complete) : complete
}

function ostreeMounts(partition: number, stateroot: string): TreeMount[] {
  const row = (at: string, prefix: string): TreeMount => ({ at, partition, prefix, source: 'ostree' })
  return [row('/sysroot', ''), row('/boot', '/boot'), row('/var', `/ostree/deploy/${stateroot}/var`)]
}

function withOstreeLinks(tree: OsTree): OsTree {
  const links = OSTREE_LINKS.filter(([at]) => !tree.mounts.some((mount) => mount.at === at)).map(([at, target]): TreeMount => {
    const place = resolveInTree(tree, target)
    return { at, partition: place.partition, prefix: place.path, source: 'ostree' }
  })
  return { ...tree, mounts: [...tree.mounts, ...links] }
}

/** In the order of the file: a later mount at the same place covers the earlier one. */
function withFstab(bare: OsTree, partitions: readonly Partition[], rows: readonly FstabRow[]): OsTree {
  return rows.reduce((tree, row): OsTree => {
    if (!row.mountPoint.startsWith('/') || row.mountPoint === '/' || NO_DISK_TYPES.test(row.type)) return tree
    const at = tidyPath(row.mountPoint)
    const place = placeOf(tree, partitions, row)
    if (place) return withMount(tree, { at, ...place, source: 'fstab' })
    if (NO_DISK.test(row.spec)) return tree
    return { ...tree, unresolved: [...tree.unresolved, { at, spec: row.spec }] }
  }, bare)
}

function placeOf(tree: OsTree, partitions: readonly Partition[], row: FstabRow): { partition: number; prefix: string } | null {
  if (row.options.some((option) => option === 'bind' || option === 'rbind')) {
    const place = resolveInTree(tree, row.spec)
    return { partition: place.partition, prefix: place.path === '/' ? '' : place.path }
  }
  const partition = partitionOfSpec(partitions, row.spec)
  if (!partition) return null
  const subvolume = row.options.find((option) => option.startsWith('subvol='))?.slice('subvol='.length)
  const prefix = subvolume === undefined ? '' : tidyPath(subvolume)
  return { partition: partition.number, prefix: prefix === '/' ? '' : prefix }
}

function withMount(tree: OsTree, mount: TreeMount): OsTree {
  return { ...tree, mounts: [...tree.mounts.filter((known) => known.at !== mount.at), mount] }
}

/** A boot partition that fstab does not name: one of the Boot Loader Specification's type, or with that name, and /boot itself is empty. */
async function withBoot(files: TreeFiles, partitions: readonly Partition[], tree: OsTree): Promise<OsTree> {
  if (tree.mounts.some((mount) => mount.at === '/boot' && mount.source === 'fstab')) return tree
  const taken = takenBy(tree)
  const isBoot = (partition: Partition): boolean =>
    partition.type === XBOOTLDR_GUID || partition.name?.toLowerCase() === 'boot' || partition.filesystem?.label?.toLowerCase() === 'boot'
  const boot = partitions.find((partition) => !taken.has(partition.number) && !partition.isEsp && partition.filesystem && isBoot(partition))
  if (!boot || !(await isEmpty(files, tree, '/boot'))) return tree
  return withMount(tree, { at: '/boot', partition: boot.number, prefix: '', source: 'guessed' })
}

/** An ESP that fstab does not name: where a folder waits for it, /boot itself where that is empty (systemd-gpt-auto-generator(8)). */
async function withEsp(files: TreeFiles, partitions: readonly Partition[], tree: OsTree): Promise<OsTree> {
  const taken = takenBy(tree)
  const esp = partitions.find((partition) => partition.isEsp && !taken.has(partition.number))
  if (!esp) return tree
  for (const at of ['/efi', '/boot/efi', '/boot']) {
    if (tree.mounts.some((mount) => mount.at === at && mount.source !== 'ostree')) continue
    if (!(await isFolder(files, tree, at)) || !(await isEmpty(files, tree, at))) continue
    return withMount(tree, { at, partition: esp.number, prefix: '', source: 'guessed' })
  }
  return tree
}

function takenBy(tree: OsTree): ReadonlySet<number> {
  return new Set([tree.root.partition, ...tree.mounts.map((mount) => mount.partition)])
}

async function isEmpty(files: TreeFiles, tree: OsTree, osPath: string): Promise<boolean> {
  const place = resolveInTree(tree, osPath)
  const entries = await files.list(place.partition, place.path).catch(() => [])
  return entries.every((entry) => entry.name === 'lost+found')
}

async function isFolder(files: TreeFiles, tree: OsTree, osPath: string): Promise<boolean> {
  const place = resolveInTree(tree, osPath)
  if (place.path === '/') return true
  return (await files.find(place.partition, place.path).catch(() => undefined))?.kind === 'folder'
}
