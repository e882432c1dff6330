import { z } from 'zod'
import { diskFormatSchema } from './image-info.js'

/** Where an image holds data, fine enough to be drawn. */
export const diskMapSchema = z.object({
  virtualBytes: z.number(),
  /** Bytes that may hold anything but zeros. */
  dataBytes: z.number(),
  /** Runs of data and of zeros in the image. */
  extentCount: z.number(),
  /** Bytes of the disk that one cell stands for; the last one may be shorter. */
  cellBytes: z.number(),
  /** Share of data in each cell, 0..1. */
  cells: z.array(z.number().min(0).max(1)),
})
export type DiskMap = z.infer<typeof diskMapSchema>

interface Extent {
  readonly start: number
  readonly length: number
  readonly zero: boolean
}

export const MAP_CELLS = 2048
const SECTOR = 512

/** Sums extents up into at most `cells` cells of whole sectors. `extents` are in order and cover the disk. */
export function drawMap(extents: readonly Extent[], virtualBytes: number, cells = MAP_CELLS): DiskMap {
  const cellBytes = Math.max(SECTOR, Math.ceil(virtualBytes / cells / SECTOR) * SECTOR)
  const data = Array.from({ length: Math.ceil(virtualBytes / cellBytes) }, () => 0)
  const held = extents.filter((extent) => !extent.zero)
  for (const { start, length } of held) {
    const end = start + length
    for (let cell = Math.floor(start / cellBytes); cell < data.length && cell * cellBytes < end; cell += 1) {
      const [from, until] = [Math.max(start, cell * cellBytes), Math.min(end, (cell + 1) * cellBytes)]
      data[cell] = (data[cell] ?? 0) + until - from
    }
  }
  return {
    virtualBytes,
    dataBytes: held.reduce((sum, extent) => sum + extent.length, 0),
    extentCount: extents.length,
    cellBytes,
    cells: data.map((bytes, cell) => bytes / Math.min(cellBytes, virtualBytes - cell * cellBytes)),
  }
}

/** What the image would take in another format. */
export const sizeInFormatSchema = z.object({
  format: diskFormatSchema,
  subformat: z.string(),
  bytes: z.number(),
  /** `measured` by qemu-img; `estimated` from the data that any format has to hold. */
  basis: z.enum(['measured', 'estimated']),
})
export type SizeInFormat = z.infer<typeof sizeInFormatSchema>
