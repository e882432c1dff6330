import { z } from 'zod'
import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import type { Access, Host } from '../../process/host.js'

const schema = z.object({
  snapshots: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
})

export interface InternalSnapshot {
  readonly id: string
  readonly name: string
}

/** Internal snapshots of an image, in the order of its table, by `qemu-img info --output=json`. */
export async function listSnapshots(host: Host, image: { node: BlockNode; access: Access }): Promise<InternalSnapshot[]> {
  try {
    // They are in the file itself, and info opens no backing file: options for one that lies deeper would be refused.
    const name = jsonName({ ...image.node, backing: null })
    const result = await host.run('qemu-img', ['info', '--output=json', name], { access: image.access, timeoutMs: 60_000 })
    return schema.parse(JSON.parse(result.stdout.toString('utf8'))).snapshots
  } catch (thrown) {
    throw explainQemuError(thrown, { path: image.node.path })
  }
}
