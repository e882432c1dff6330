import { z } from 'zod'
import { AppError } from '#shared/errors/app-error'
import { explainQemuError } from '#shared/errors/explain-qemu'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import type { Access, Host } from '../../process/host.js'

/** A run of bytes of the disk as the guest sees it. */
export interface MapExtent {
  readonly start: number
  readonly length: number
  /** Some layer of the image holds it. */
  readonly data: boolean
  /** It reads as zeros, for certain; where it is false there may be anything. */
  readonly zero: boolean
}

/** A line of the report has about 120 bytes: this is room for four million extents. */
const MAX_OUTPUT_BYTES = 512 * 1024 ** 2

const lineSchema = z.object({ start: z.number(), length: z.number(), data: z.boolean(), zero: z.boolean() })

export function mapArgs(source: BlockNode): string[] {
  return ['map', '--output=json', jsonName(source)]
}

/**
 * One line of the report, which has an extent on each; null for what is no extent. Source: qemu-img.c, `dump_map_entry`.
 * A report of a fragmented image is too long to be parsed as one text.
 */
export function parseMapLine(line: string): MapExtent | null {
  const object = /\{.*\}/.exec(line)?.[0]
  if (object === undefined) return null
  const { start, length, data, zero } = lineSchema.parse(JSON.parse(object))
  return { start, length, data, zero }
}

/** Adds an extent to an ordered list; one that goes on where the last one ends, and is the same, makes that one longer. */
export function appendExtent(extents: MapExtent[], next: MapExtent): void {
  const last = extents.at(-1)
  const same = last !== undefined && last.start + last.length === next.start && last.data === next.data && last.zero === next.zero
  if (same) extents[extents.length - 1] = { ...last, length: last.length + next.length }
  else extents.push(next)
}

/**
 * Which parts of a disk hold data, in order and without gaps; neighbours that are alike are one extent.
 *
 * @throws AppError `image-damaged` … as qemu-img said
 */
export async function mapImage(host: Host, work: { source: BlockNode; access: Access }): Promise<readonly MapExtent[]> {
  const extents: MapExtent[] = []
  let unreadable: unknown
  try {
    await host.run('qemu-img', mapArgs(work.source), {
      access: work.access,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      onRecord: (record, stream) => {
        if (stream !== 'stdout' || unreadable !== undefined) return
        try {
          const extent = parseMapLine(record)
          if (extent) appendExtent(extents, extent)
        } catch (thrown) {
          unreadable = thrown
        }
      },
    })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: work.source.path })
  }
  if (unreadable !== undefined) {
    throw new AppError('tool-failed', { details: { tool: 'qemu-img', problem: 'its map cannot be read' }, cause: unreadable })
  }
  return extents
}
