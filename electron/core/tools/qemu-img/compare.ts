import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import type { Access, Host } from '../../process/host.js'
import { parseProgress } from './progress.js'

/** A disk that qemu-nbd serves on a Unix socket. */
export interface ServedDisk {
  readonly socket: string
}

function nameOf(disk: BlockNode | ServedDisk): string {
  return 'socket' in disk ? `json:${JSON.stringify({ driver: 'nbd', server: { type: 'unix', path: disk.socket } })}` : jsonName(disk)
}

/** Guest-visible content of two images, byte by byte. `-p` gives progress; without `-s`, a longer tail of zeros still counts as equal. */
export function compareArgs(left: BlockNode | ServedDisk, right: BlockNode): string[] {
  return ['compare', '-p', nameOf(left), jsonName(right)]
}

/**
 * True when both images read the same. qemu-img(1): exit 0 identical, 1 differs, more than 1 an error.
 *
 * @param onProgress fraction 0..1
 */
export async function compareImages(
  host: Host,
  pair: { left: BlockNode | ServedDisk; right: BlockNode; access: Access },
  onProgress: (fraction: number) => void,
): Promise<boolean> {
  try {
    const result = await host.run('qemu-img', compareArgs(pair.left, pair.right), {
      access: pair.access,
      okExitCodes: [0, 1],
      // It reports at every step, and a large disk has millions of them.
      tailOnly: true,
      onRecord: (record) => {
        const fraction = parseProgress(record)
        if (fraction !== null) onProgress(fraction)
      },
    })
    return result.exitCode === 0
  } catch (thrown) {
    throw explainQemuError(thrown, { path: 'socket' in pair.left ? pair.right.path : pair.left.path })
  }
}
