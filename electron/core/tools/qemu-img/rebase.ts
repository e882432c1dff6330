import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, blockOptions } from '#shared/images/block-node'
import type { Access, Host } from '../../process/host.js'
import { parseProgress } from './progress.js'

export interface NewBacking {
  /** As the header will name it. */
  readonly name: string
  readonly driver: string
}

/**
 * qemu-img(1) `rebase`: writes to the image what the new backing file has otherwise. The graph of the image names its old backing files;
 * null leaves it with none.
 */
export function rebaseArgs(node: BlockNode, backing: NewBacking | null): string[] {
  const target = backing === null ? ['-b', ''] : ['-F', backing.driver, '-b', backing.name]
  return ['rebase', '-p', '-f', node.driver, ...target, `json:${JSON.stringify(blockOptions(node, 'read-write'))}`]
}

/** Only the name in the header changes; no backing file is opened. */
export function renameBackingArgs(image: { driver: string; path: string }, backing: NewBacking): string[] {
  return ['rebase', '-u', '-f', image.driver, '-F', backing.driver, '-b', backing.name, image.path]
}

export async function rebaseImage(
  host: Host,
  work: { node: BlockNode; backing: NewBacking | null; access: Access },
  onProgress: (fraction: number) => void,
): Promise<void> {
  try {
    await host.run('qemu-img', rebaseArgs(work.node, work.backing), {
      access: work.access,
      // It reports at every step, and a large disk has millions of them.
      tailOnly: true,
      onRecord: (record) => {
        const fraction = parseProgress(record)
        if (fraction !== null) onProgress(fraction)
      },
    })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: work.node.path })
  }
}

export async function renameBacking(
  host: Host,
  work: { image: { driver: string; path: string }; backing: NewBacking; access: Access },
): Promise<void> {
  try {
    await host.run('qemu-img', renameBackingArgs(work.image, work.backing), { access: work.access })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: work.image.path })
  }
}
