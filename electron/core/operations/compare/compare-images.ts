import path from 'node:path'
import { type Comparison, type DifferentFile, type DifferentRange, TOLD_FILES, TOLD_RANGES } from '#shared/images/comparison'
import type { Partition } from '#shared/images/image-info'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { openGuestFiles } from '../../guest/guest-files.js'
import { readPartitions } from '../../guest/partitions.js'
import { withRawDisk } from '../../guest/raw-disk.js'
import { type ImageReader, withReader } from '../../guest/reader.js'
import type { ImageSource } from '../../guest/source.js'
import type { JobContext } from '../job-context.js'
import { requireUnchanged } from '../require-unchanged.js'
import { differentRanges } from './compare-disks.js'
import { differentFiles, MAX_ENTRIES } from './compare-files.js'
import { openSides } from './open-sides.js'

interface Ranges {
  readonly told: DifferentRange[]
  readonly count: number
  readonly bytes: number
  /** Partitions of both images, by number, with a difference inside. */
  readonly partitions: ReadonlySet<number>
}

/**
 * Where two images differ: sectors of the disk, and files of partitions that lie at the same place in both. Nothing is written beside them.
 * Throws `image-in-use`, `image-changed` …, and what `openSides` throws.
 */
export async function compareImages(ctx: JobContext, input: JobInput<'compare-images'>): Promise<JobOutput> {
  const sides = await openSides(ctx, input)
  const [left, right] = sides.sources
  const tables = await Promise.all([partitionsOf(ctx, left), partitionsOf(ctx, right)])
  const ranges = await ctx.step('disks', (progress) =>
    compareDisks(ctx, [left, right], tables, (done, total) => progress.bytes(done, total)),
  )
  const { files, notCompared } = input.files
    ? await ctx.step('files', () => compareFiles(ctx, [left, right], tables, ranges.partitions))
    : { files: [], notCompared: [] }
  if (!input.files) ctx.skip('files')
  await Promise.all([requireUnchanged(left), requireUnchanged(right)])
  const comparison: Comparison = {
    left: sideOf(left, input.leftMember, tables[0].virtualBytes),
    right: sideOf(right, input.rightMember, tables[1].virtualBytes),
    identical: ranges.count === 0,
    differentBytes: ranges.bytes,
    ranges: ranges.told,
    rangeCount: ranges.count,
    files: files.slice(0, TOLD_FILES),
    fileCount: files.length,
    notCompared,
  }
  return { path: right.path, bytes: right.onDiskBytes, proofs: [inWords(comparison), ...sides.proofs], comparison }
}

interface Table {
  readonly virtualBytes: number
  readonly partitions: readonly Partition[]
}

function partitionsOf(ctx: JobContext, source: ImageSource): Promise<Table> {
  return withReader(ctx.host, source, async (reader) => ({
    virtualBytes: reader.virtualBytes,
    partitions: await readPartitions(reader, openGuestFiles(ctx.host, reader)),
  }))
}

function compareDisks(
  ctx: JobContext,
  [left, right]: readonly [ImageSource, ImageSource],
  [{ partitions }]: readonly [Table, Table],
  onBytes: (done: number, total: number) => void,
): Promise<Ranges> {
  return withRawDisk(ctx.host, left.node, left.files, (one) =>
    withRawDisk(ctx.host, right.node, right.files, async (other) => {
      const told: DifferentRange[] = []
      const touched = new Set<number>()
      let [count, bytes] = [0, 0]
      const total = Math.max(one.virtualBytes, other.virtualBytes)
      const progress = (done: number): void => onBytes(done, total)
      for await (const range of differentRanges(one, other, progress, () => ctx.pausePoint())) {
        count += 1
        bytes += range.length
        const within = partitions.filter(
          ({ startBytes, sizeBytes }) => range.start < startBytes + sizeBytes && range.start + range.length > startBytes,
        )
        for (const { number } of within) touched.add(number)
        if (told.length < TOLD_RANGES) told.push({ ...range, partition: within[0]?.number ?? null })
      }
      return { told, count, bytes, partitions: touched }
    }),
  )
}

async function compareFiles(
  ctx: JobContext,
  [left, right]: readonly [ImageSource, ImageSource],
  [one, other]: readonly [Table, Table],
  touched: ReadonlySet<number>,
): Promise<{ files: DifferentFile[]; notCompared: Comparison['notCompared'] }> {
  const files: DifferentFile[] = []
  const notCompared: { partition: number; reason: string }[] = []
  await withReader(ctx.host, left, (leftReader: ImageReader) =>
    withReader(ctx.host, right, async (rightReader) => {
      const [leftFiles, rightFiles] = [openGuestFiles(ctx.host, leftReader), openGuestFiles(ctx.host, rightReader)]
      for (const number of [...touched].toSorted((a, b) => a - b)) {
        const reason = await whyNot(
          number,
          one,
          other,
          async () => (await leftFiles.isReadable(number)) && (await rightFiles.isReadable(number)),
        )
        if (reason !== null) {
          notCompared.push({ partition: number, reason })
          continue
        }
        const found = await differentFiles(leftFiles, rightFiles, number, () => ctx.pausePoint(), ctx.signal)
        if (found === null) notCompared.push({ partition: number, reason: `more than ${MAX_ENTRIES} files and folders` })
        else files.push(...found)
      }
    }),
  )
  return { files, notCompared }
}

/** Partitions are the same one where number and file system agree. */
async function whyNot(number: number, one: Table, other: Table, readable: () => Promise<boolean>): Promise<string | null> {
  const [left, right] = [one, other].map(({ partitions }) => partitions.find((partition) => partition.number === number))
  if (left === undefined || right === undefined) return 'the other image has no such partition'
  const [kind, otherKind] = [left.filesystem?.kind ?? 'none', right.filesystem?.kind ?? 'none']
  if (kind !== otherKind) return `the file systems are different ones: ${kind} and ${otherKind}`
  if (kind === 'none') return 'it has no file system'
  return (await readable()) ? null : `files of ${kind} cannot be read`
}

function sideOf(source: ImageSource, member: string | undefined, virtualBytes: number): Comparison['left'] {
  const name = path.basename(source.path)
  return { path: source.path, name: member === undefined ? name : `${name}, ${member}`, virtualBytes }
}

function inWords({ identical, left, right, differentBytes, rangeCount, fileCount }: Comparison): string {
  const longer = left.virtualBytes === right.virtualBytes ? '' : '; one disk is longer, and the rest of it is zeros'
  if (identical) return `The content is identical${longer}`
  const files = fileCount === 0 ? '' : `; ${fileCount} ${fileCount === 1 ? 'file differs' : 'files differ'}`
  return `${formatBytes(differentBytes)} differ in ${rangeCount} ${rangeCount === 1 ? 'place' : 'places'}${files}`
}
