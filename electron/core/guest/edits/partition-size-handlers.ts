import { AppError } from '#shared/errors/app-error'
import { type DiskLayout, mostBytes } from '#shared/images/disk-layout'
import type { Partition } from '#shared/images/image-info'
import {
  behind,
  BTRFS_LEAST_BYTES,
  exactSize,
  type Growth,
  growthOf,
  growthProblem,
  leastPartition,
  leavesRoom,
} from '#shared/images/resize-rules'
import { formatBytes } from '#shared/text/bytes'
import type { GuestDraft } from '../draft.js'
import type { EditContext, EditHandlers } from './edit-handler.js'

/** Units of blocks that every file system divides by. */
const BLOCK_BYTES = 4096

export const partitionSizeHandlers: EditHandlers<'grow-partition' | 'shrink-partition'> = {
  async 'grow-partition'(context, edit) {
    const { draft, note } = context
    const layout = draft.layout
    const partition = requirePartition(draft, edit.partition)
    const problem = growthProblem(layout, edit.filesystem === false ? { ...partition, filesystem: null } : partition)
    if (problem !== null) throw refused(problem)
    const growth: Growth = edit.filesystem === false ? { how: 'partition-only', note: ONLY_PARTITION } : growthOf(partition.filesystem)
    const bytes = edit.bytes ?? mostBytes(layout, partition)
    requireGrowth(layout, partition, bytes)
    const fills = growth.how === 'filesystem' && leavesRoom(partition)
    if (bytes === partition.sizeBytes && !fills) {
      if (edit.bytes === undefined) throw refused(`Partition ${edit.partition} cannot grow: ${behind(layout, partition)}`)
      note(`Partition ${edit.partition} is ${formatBytes(bytes)} large already.`)
      return
    }
    if (growth.how === 'filesystem' && growth.name === 'btrfs' && bytes < BTRFS_LEAST_BYTES)
      throw refused(`A btrfs is not resized before it is ${formatBytes(BTRFS_LEAST_BYTES)} large`)
    setEnd(context, partition, bytes)
    if (growth.how === 'filesystem') draft.disk({ kind: 'grow-filesystem', partition: edit.partition, filesystem: growth.name })
    if (growth.how === 'partition-only') note(growth.note)
  },
  async 'shrink-partition'(context, edit) {
    const { draft, note } = context
    const layout = draft.layout
    const partition = requirePartition(draft, edit.partition)
    if (edit.bytes === partition.sizeBytes) {
      note(`Partition ${edit.partition} is ${formatBytes(edit.bytes)} large already.`)
      return
    }
    if (edit.bytes > partition.sizeBytes)
      throw refused(`Partition ${edit.partition} is smaller than that: ${exactSize(partition.sizeBytes)}`)
    const least = leastPartition(layout, partition)
    if ('reason' in least) throw refused(least.reason)
    if (edit.bytes < least.bytes) throw refused(`What is in partition ${edit.partition} needs at least ${exactSize(least.bytes)}`)
    const filesystem = partition.filesystem?.type ?? ''
    const bytes = Math.floor(edit.bytes / BLOCK_BYTES) * BLOCK_BYTES
    if ((partition.filesystem?.sizeBytes ?? Number.POSITIVE_INFINITY) > bytes)
      draft.disk({ kind: 'shrink-filesystem', partition: edit.partition, filesystem, bytes })
    setEnd(context, partition, edit.bytes)
  },
}

const ONLY_PARTITION = 'Only the partition grows, as it was asked for.'

function requirePartition(draft: GuestDraft, number: number): Partition {
  const found = draft.partitions.find((partition) => partition.number === number)
  if (found) return found
  const known = draft.partitions.map((partition) => partition.number).join(', ') || 'none'
  throw new AppError('partition-not-found', { details: { partition: number, known } })
}

function requireGrowth(layout: DiskLayout, partition: Partition, bytes: number): void {
  const { number, sizeBytes } = partition
  if (bytes % layout.sectorBytes !== 0) throw refused(`A partition of this disk is a multiple of ${layout.sectorBytes} bytes`)
  if (bytes < sizeBytes) throw refused(`Partition ${number} is larger than that already: ${exactSize(sizeBytes)}`)
  const most = mostBytes(layout, partition)
  if (bytes > most) throw refused(`Partition ${number} can be made ${exactSize(most)} at most: ${behind(layout, partition)}`)
}

/** Without a table there is nothing that says where it ends. */
function setEnd({ draft }: EditContext, { number, startBytes, sizeBytes }: Partition, bytes: number): void {
  if (number === 0 || bytes === sizeBytes) return
  draft.disk({ kind: 'resize-partition', partition: number, startBytes, sizeBytes: bytes, fromBytes: sizeBytes })
}

function refused(reason: string): AppError {
  return new AppError('resize-refused', { details: { reason } })
}
