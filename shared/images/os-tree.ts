import { z } from 'zod'

export const treeMountSchema = z.object({
  /** Path of the system, such as `/boot`. */
  at: z.string(),
  /** Number in the partition table; 0 is the whole disk. */
  partition: z.number().int().min(0),
  /** Where in the partition the mount's root is; empty for the partition's own root. */
  prefix: z.string(),
  /** Who says so: the system's fstab, a partition's type or label, or how OSTree lays out its systems. */
  source: z.enum(['fstab', 'guessed', 'ostree']),
})
export type TreeMount = z.infer<typeof treeMountSchema>

/** The tree of folders that the system in an image sees when it runs, out of the image's partitions. */
export const osTreeSchema = z.object({
  root: z.object({ partition: z.number().int().min(0), prefix: z.string() }),
  ostree: z
    .object({
      /** Name of the system, such as `fedora-coreos`. */
      stateroot: z.string(),
      /** `CHECKSUM.SERIAL`, the name of its folder. */
      deployment: z.string(),
      /** Checksum of kernel and initramfs, as the kernel argument `ostree=` names it; null where none was given. */
      bootcsum: z.string().nullable(),
    })
    .nullable(),
  mounts: z.array(treeMountSchema),
  /** Of os-release(5), quotes undone. */
  osRelease: z.record(z.string(), z.string()),
  /** Mounts of fstab whose device is none of the image's partitions. */
  unresolved: z.array(z.object({ at: z.string(), spec: z.string() })),
})
export type OsTree = z.infer<typeof osTreeSchema>

export interface TreePlace {
  readonly partition: number
  /** Absolute in the partition. */
  readonly path: string
}

/** Where a path of the system is: the mount that covers it. Symbolic links are not followed, but for those that the tree names. */
export function resolveInTree(tree: OsTree, osPath: string): TreePlace {
  const path = tidyPath(osPath)
  const covering = tree.mounts.filter((mount) => isWithin(path, mount.at))
  const mount = covering.toSorted((a, b) => b.at.length - a.at.length)[0] ?? { ...tree.root, at: '/' }
  return { partition: mount.partition, path: tidyPath(`${mount.prefix}/${below(path, mount.at)}`) }
}

/** The path at which the system sees a file of a partition; null where a mount covers it or none shows it. */
export function osPathOf(tree: OsTree, place: TreePlace): string | null {
  const path = tidyPath(place.path)
  const showing = [...tree.mounts, { ...tree.root, at: '/' }].filter(
    (mount) => mount.partition === place.partition && isWithin(path, tidyPath(mount.prefix)),
  )
  const paths = showing
    .toSorted((a, b) => b.prefix.length - a.prefix.length || a.at.length - b.at.length)
    .map((mount) => tidyPath(`${mount.at}/${below(path, tidyPath(mount.prefix))}`))
  return (
    paths.find((candidate) => {
      const back = resolveInTree(tree, candidate)
      return back.partition === place.partition && back.path === path
    }) ?? null
  )
}

/** Absolute, without `.`, `..` and slashes that say nothing. */
export function tidyPath(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `/${names.join('/')}`
}

function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

function below(path: string, folder: string): string {
  return folder === '/' ? path : path.slice(folder.length)
}
