import { type DiskImage, layoutOf, mostBytes } from '../images/disk-layout.js'
import type { Edit } from './edit.js'
import type { ResizeEdit } from './plan-resize.js'

export function isResize(edit: Edit): edit is ResizeEdit {
  return edit.kind === 'resize-disk' || edit.kind === 'grow-partition' || edit.kind === 'shrink-partition'
}

/** The image with the sizes that staged edits give it; whether they fit is told elsewhere. The same image where none changes a size. */
export function withStagedSizes<I extends DiskImage>(image: I, edits: readonly Edit[]): I {
  return edits.filter(isResize).reduce<I>((now, edit) => {
    if (edit.kind === 'resize-disk') {
      const partitions = now.partitions.map((one) => (one.number === 0 ? { ...one, sizeBytes: edit.bytes } : one))
      return { ...now, virtualBytes: edit.bytes, partitions }
    }
    const partitions = now.partitions.map((one) => {
      if (one.number !== edit.partition || one.number === 0) return one
      return { ...one, sizeBytes: edit.bytes ?? mostBytes(layoutOf(now), one) }
    })
    return { ...now, partitions }
  }, image)
}
