import { z } from 'zod'
import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import type { Access, Host } from '../../process/host.js'

const schema = z.object({ required: z.number(), 'fully-allocated': z.number() })

/**
 * Bytes that a raw or qcow2 copy of the image needs. Other targets cannot be measured ("Block driver 'vmdk' does not support size
 * measurement"), but all of them hold the same allocated data, so qcow2's figure is the base of their estimate.
 */
export function measureArgs(source: BlockNode, target: 'raw' | 'qcow2'): string[] {
  return ['measure', '--output=json', '-O', target, jsonName(source)]
}

export async function measureImage(
  host: Host,
  work: { source: BlockNode; target: 'raw' | 'qcow2'; access: Access },
): Promise<{ requiredBytes: number; fullBytes: number }> {
  try {
    const result = await host.run('qemu-img', measureArgs(work.source, work.target), { access: work.access, timeoutMs: 60_000 })
    const report = schema.parse(JSON.parse(result.stdout.toString('utf8')))
    return { requiredBytes: report.required, fullBytes: report['fully-allocated'] }
  } catch (thrown) {
    throw explainQemuError(thrown, { path: work.source.path })
  }
}
