import type { DiskFacts, LintWork } from './disk-facts.js'
import { lintPartitionTable } from './partition-table.js'

/** A raw disk has no header: its length and its partition table are all that can be asked. */
export async function lintRaw({ source, findings }: LintWork): Promise<DiskFacts> {
  const odd = source.bytes % 512
  findings.expect(
    'raw.sectors',
    odd === 0 && source.bytes > 0,
    'Whole sectors of 512 bytes',
    `${odd} bytes are left over after the last whole sector`,
  )
  await lintPartitionTable(source, findings)
  return { format: 'raw', subformat: 'sparse', virtualBytes: source.bytes }
}
