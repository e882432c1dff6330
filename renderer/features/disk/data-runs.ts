import type { DiskMap } from '#shared/images/disk-map'
import type { Partition } from '#shared/images/image-info'

/** Cells that look alike, drawn as one. */
export interface DataRun {
  /** In cells. */
  readonly start: number
  readonly length: number
  /** Share of data, in quarters: 0 to 4. */
  readonly level: number
  /** Index in the list of partitions; -1 outside of them all. */
  readonly partition: number
}

const LEVELS = 4

/** The map as few runs: neighbours with about the same share of data in the same partition are one. Any data at all is seen. */
export function dataRuns({ cells, cellBytes }: DiskMap, partitions: readonly Pick<Partition, 'startBytes' | 'sizeBytes'>[]): DataRun[] {
  const runs: DataRun[] = []
  for (const [cell, share] of cells.entries()) {
    const middle = (cell + 0.5) * cellBytes
    const partition = partitions.findIndex(({ startBytes, sizeBytes }) => middle >= startBytes && middle < startBytes + sizeBytes)
    const level = Math.ceil(share * LEVELS)
    const last = runs.at(-1)
    if (last?.level === level && last.partition === partition) runs[runs.length - 1] = { ...last, length: last.length + 1 }
    else runs.push({ start: cell, length: 1, level, partition })
  }
  return runs
}

/** Bytes of data in each partition, by the map; the last one is what lies outside of them all. */
export function dataIn(
  { cells, cellBytes, virtualBytes }: DiskMap,
  partitions: readonly Pick<Partition, 'startBytes' | 'sizeBytes'>[],
): number[] {
  const sums = [...partitions.map(() => 0), 0]
  for (const [cell, share] of cells.entries()) {
    const middle = (cell + 0.5) * cellBytes
    const found = partitions.findIndex(({ startBytes, sizeBytes }) => middle >= startBytes && middle < startBytes + sizeBytes)
    const at = found < 0 ? partitions.length : found
    sums[at] = (sums[at] ?? 0) + share * Math.min(cellBytes, virtualBytes - cell * cellBytes)
  }
  return sums.map(Math.round)
}
