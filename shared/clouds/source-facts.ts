import { z } from 'zod'
import { diskFormatSchema } from '../images/image-info.js'

/**
 * What an upload knows of the file that is to be sent; forms take their defaults from it. `disk`: a disk image, also packed. `container`: an
 * archive or folder of a container image. `other`: any other file, such as a SquashFS.
 */
export const sourceFactsSchema = z.object({
  /** Absolute path. */
  path: z.string(),
  kind: z.enum(['disk', 'container', 'squashfs', 'kernel', 'initramfs', 'ova', 'other']),
  /** Of a disk. */
  format: diskFormatSchema.nullable(),
  subformat: z.string().nullable(),
  /** Bytes the guest sees; of a file that is no disk its length. */
  virtualBytes: z.number(),
  /** Length of the file, bytes. */
  fileBytes: z.number(),
  /** Bytes that may hold data; null where that is not known. */
  dataBytes: z.number().nullable(),
  /** How many units of a size the data touch, for services that take whole blocks; missing where that is not known. */
  dataUnits: z.array(z.object({ unitBytes: z.number(), units: z.number() })).optional(),
  architecture: z.enum(['x86_64', 'aarch64']).nullable(),
  firmware: z.enum(['bios', 'uefi', 'both']).nullable(),
  /** Of the system in the disk: `ID`, `VERSION_ID` and `PRETTY_NAME` of os-release(5). */
  os: z.object({ id: z.string(), version: z.string().nullable(), name: z.string() }).nullable(),
  /** `ignition.platform.id` of the default boot entry, after the staged edits. */
  ignitionPlatform: z.string().nullable(),
  /** `ImageInfo.revision`, or what tells a file apart from a changed one. */
  revision: z.string(),
})
export type SourceFacts = z.infer<typeof sourceFactsSchema>

/** Sizes of units that are counted: what page blobs are compared by, and the block of a snapshot. */
export const DATA_UNIT_BYTES = [64 * 1024, 512 * 1024] as const

/** Bytes of all units of a size that hold data; where they were not counted, the data rounded up. */
export function bytesInUnits(
  { dataBytes, dataUnits, virtualBytes }: Pick<SourceFacts, 'dataBytes' | 'dataUnits' | 'virtualBytes'>,
  unitBytes: (typeof DATA_UNIT_BYTES)[number],
): number {
  const counted = dataUnits?.find((one) => one.unitBytes === unitBytes)?.units
  return (counted ?? Math.ceil((dataBytes ?? virtualBytes) / unitBytes)) * unitBytes
}
