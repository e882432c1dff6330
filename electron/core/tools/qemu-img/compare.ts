import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import type { Access, Host } from '../../process/host.js'
import { parseProgress } from './progress.js'

/** Guest-visible content of two images, byte by byte. `-p` gives progress; without `-s`, a longer tail of zeros still counts as equal. */
export function compareArgs(left: BlockNode, right: BlockNode): string[] {
  return ['compare', '-p', jsonName(left), jsonName(right)]
}

/**
 * True when both images read the same. qemu-img(1): exit 0 identical, 1 differs, more than 1 an error.
 *
 * @param onProgress fraction 0..1
 */
export async function compareImages(
  host: Host,
  pair: { left: BlockNode; right: BlockNode; access: Access },
  onProgress: (fraction: number) => void,
): Promise<boolean> {
  try {
    const result = await host.run('qemu-img', compareArgs(pair.left, pair.right), {
      access: pair.access,
      okExitCodes: [0, 1],
      onRecord: (record) => {
        const fraction = parseProgress(record)
        if (fraction !== null) onProgress(fraction)
      },
    })
    return result.exitCode === 0
  } catch (thrown) {
    throw explainQemuError(thrown, { path: pair.left.path })
  }
}
