import type { Partition } from '#shared/images/image-info'
import type { OsTree } from '#shared/images/os-tree'
import { findBootConfig } from './boot-config.js'
import { findOsTree } from './os-tree.js'
import type { TreeFiles } from './ostree-deployment.js'

/** The tree that the system in an image sees, of the OSTree deployment that its default entry boots. Null where none is found. */
export async function findSystemTree(files: TreeFiles, partitions: readonly Partition[]): Promise<OsTree | null> {
  const { entries } = await findBootConfig(files, partitions)
  const args = entries.find((entry) => entry.isDefault)?.args ?? []
  const ostreeArg = args.find((arg) => arg.startsWith('ostree='))?.slice('ostree='.length) ?? null
  return findOsTree(files, partitions, { ostreeArg })
}
