import { type OsTree, resolveInTree, type TreePlace } from '#shared/images/os-tree'
import type { ImageFiles } from './guest-files.js'
import { realPathIn } from './volumes/real-path.js'

/**
 * Where a path of the system is with every link in it followed as the system itself would: absolute targets from the system's root, and
 * through mounts. Undefined for what is not there or cannot be told.
 */
export async function realTreePlace(files: Pick<ImageFiles, 'stat'>, tree: OsTree, osPath: string): Promise<TreePlace | undefined> {
  const real = await realTreePath(files, tree, osPath)
  return real === undefined ? undefined : resolveInTree(tree, real)
}

/** The same as a path of the system. */
export async function realTreePath(files: Pick<ImageFiles, 'stat'>, tree: OsTree, osPath: string): Promise<string | undefined> {
  const stats = (paths: readonly string[]) =>
    Promise.all(
      paths.map((path) => {
        const place = resolveInTree(tree, path)
        return files.stat(place.partition, place.path)
      }),
    )
  return realPathIn(stats, osPath)
}
