import { AppError } from '#shared/errors/app-error'
import { type DiskLayout, endOf, keptAtEnd, leastDisk } from '#shared/images/disk-layout'
import { formatBytes } from '#shared/text/bytes'
import type { EditHandlers } from './edit-handler.js'

export const resizeHandlers: EditHandlers<'resize-disk'> = {
  async 'resize-disk'({ draft, note }, { bytes }) {
    const layout = draft.layout
    const fromBytes = layout.virtualBytes
    if (bytes === fromBytes) {
      note(`The disk is ${formatBytes(bytes)} large already.`)
      return
    }
    if (bytes < fromBytes) requireRoom(layout, bytes)
    draft.disk({ kind: 'resize-disk', bytes, fromBytes })
    if (bytes < fromBytes) return
    if (layout.table === 'gpt') draft.disk({ kind: 'move-backup-gpt' })
    note(draft.partitions.some(({ number }) => number === 0) ? WHOLE_DISK : FREE_SPACE)
  },
}

const FREE_SPACE = 'What is added is free space at the end of the disk until a partition is grown.'
const WHOLE_DISK = 'The file system keeps its size until partition 0, which is the whole disk, is grown.'

/** Throws `resize-refused` with the partition that is in the way. */
function requireRoom(layout: DiskLayout, bytes: number): void {
  if (layout.partitions.length === 0 && layout.table === 'none')
    throw refused('The disk has neither a partition table nor a file system, so nothing is known of what is on it')
  const { bytes: least, end, last } = leastDisk(layout)
  if (end <= bytes - keptAtEnd(layout)) return
  const blocking = layout.partitions.filter((partition) => endOf(partition) > bytes - keptAtEnd(layout)).map(({ number }) => number)
  const where =
    last === 0
      ? 'Its file system takes all of the disk'
      : blocking.length === 0
        ? 'The extended partition reaches further'
        : `${blocking.length === 1 ? 'Partition' : 'Partitions'} ${blocking.join(', ')} ${blocking.length === 1 ? 'reaches' : 'reach'} further`
  throw refused(`${where}: the least is ${formatBytes(least)} (${least} bytes)`)
}

function refused(reason: string): AppError {
  return new AppError('resize-refused', { details: { reason } })
}
