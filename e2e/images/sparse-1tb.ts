import type { Host } from '#core/process/host'
import { buildDisk } from './build-disk.js'
import { ockPlan } from './ock-shaped.js'

const GIB = 1024 ** 3

/** The OCK layout on a disk of any size; a small XFS log keeps even a huge one small on disk. */
export function buildSparse(host: Host, output: string, virtualBytes: number): Promise<void> {
  return buildDisk(host, ockPlan(virtualBytes, ['-l', 'size=64m']), output)
}

export function buildSparse1Tb(host: Host, output: string): Promise<void> {
  return buildSparse(host, output, 1024 * GIB)
}

/** A quarter more than a GiB: XFS makes no root smaller than 300 MiB behind the OCK layout's first two partitions. */
export function buildSparse1Gb(host: Host, output: string): Promise<void> {
  return buildSparse(host, output, 1.25 * GIB)
}
