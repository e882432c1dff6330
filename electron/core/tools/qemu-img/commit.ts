import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, type BlockOptions, blockOptions } from '#shared/images/block-node'
import type { Access, Host } from '../../process/host.js'
import { parseProgress } from './progress.js'

/** An empty overlay over the one whose content is written to the backing file of that. */
export interface CommitChain {
  readonly empty: BlockNode
  readonly overlay: BlockNode
  /** What is written to. */
  readonly base: BlockNode
}

/**
 * qemu-img(1) `commit -b`: all that lies above the base is written to it. The overlay is opened for reading only: what qemu opens for
 * writing is the empty one above it, and the base, which must not be said to be read-only for that.
 */
export function commitArgs({ empty, overlay, base }: CommitChain): string[] {
  const writable = (node: BlockNode, backing: BlockOptions | null): BlockOptions => ({
    driver: node.driver,
    file: { driver: 'file', filename: node.path },
    ...(node.backing === undefined ? {} : { backing }),
  })
  const below = writable(base, base.backing ? blockOptions(base.backing) : null)
  const graph = writable(empty, { ...blockOptions({ ...overlay, backing: null }), backing: below })
  return ['commit', '-p', '-f', empty.driver, '-b', base.path, `json:${JSON.stringify(graph)}`]
}

export async function commitImage(
  host: Host,
  work: { chain: CommitChain; access: Access },
  onProgress: (fraction: number) => void,
): Promise<void> {
  try {
    await host.run('qemu-img', commitArgs(work.chain), {
      access: work.access,
      // It reports at every step, and a large disk has millions of them.
      tailOnly: true,
      onRecord: (record) => {
        const fraction = parseProgress(record)
        if (fraction !== null) onProgress(fraction)
      },
    })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: work.chain.overlay.path })
  }
}
