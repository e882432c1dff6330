import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, blockOptions } from '#shared/images/block-node'
import type { Access, Host } from '../../process/host.js'

export type SnapshotChange =
  | { readonly do: 'create'; readonly name: string }
  /** By its id: qemu-img looks for ids before names. */
  | { readonly do: 'apply'; readonly id: string }
  /** qemu-img deletes by name alone: the first one of that name. */
  | { readonly do: 'delete'; readonly name: string }

/** qemu-img(1) `snapshot`. The image is opened for writing, its backing files for reading. */
export function snapshotArgs(node: BlockNode, change: SnapshotChange): string[] {
  const [flag, word] = change.do === 'create' ? ['-c', change.name] : change.do === 'apply' ? ['-a', change.id] : ['-d', change.name]
  return ['snapshot', flag, word, `json:${JSON.stringify(blockOptions(node, 'read-write'))}`]
}

/** Creates, applies or deletes an internal snapshot. Throws what qemu-img said. */
export async function changeSnapshot(host: Host, work: { node: BlockNode; change: SnapshotChange; access: Access }): Promise<void> {
  try {
    await host.run('qemu-img', snapshotArgs(work.node, work.change), { access: work.access })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: work.node.path })
  }
}
