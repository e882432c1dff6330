import { azureDiskBytes, VHD_FOOTER_BYTES } from '#shared/clouds/forms/azure-fields'
import { numberOf } from '#shared/clouds/read-values'
import { fixedVhdFooter } from '#shared/images/vhd-footer'
import type { UploadProgress } from '../cloud-provider.js'
import { type DataBlock, dataBlocks, mappedBlocks } from '../transfer/data-blocks.js'
import { Concurrency, inParallel } from '../transfer/parallel.js'
import type { DiskContent } from '../upload-source.js'
import { type BlobDoor, dataRuns, type PageRange, pageRanges, putPages } from './page-blob.js'
import type { AzureWork } from './resources.js'

/** The most that Put Page takes. */
const BLOCK_BYTES = 4 * 1024 ** 2

export interface WrittenPages {
  readonly sentBytes: number
  readonly skippedBytes: number
}

/** Writes the disk and the footer of its VHD into a page blob of zeros, or the rest of them after a break. */
export function writeDisk(work: AzureWork, door: BlobDoor, progress: UploadProgress): Promise<WrittenPages> {
  const { run, session, token } = work
  const diskBytes = azureDiskBytes(run.facts)
  return run.source.disk(async (disk) => {
    const isResumed = run.journal.get<string>('pages of') === token
    const there = isResumed ? await pageRanges(session, door) : []
    await run.journal.put('pages of', token)
    await writeBlocks(work, door, { disk, diskBytes, there }, progress)
    const madeAt = run.journal.get<number>('made at') ?? Date.now()
    await run.journal.put('made at', madeAt)
    const footer = Buffer.from(fixedVhdFooter({ diskBytes, uuid: token, madeAt }))
    await putPages(session, door, { start: diskBytes, bytes: footer, signal: run.signal, onTrouble: () => {} })
    const sentBytes = sum(disk, (index) => run.journal.get<number>(blockKey(index)) ?? 0) + VHD_FOOTER_BYTES
    return { sentBytes, skippedBytes: diskBytes + VHD_FOOTER_BYTES - sentBytes }
  })
}

interface Pages {
  readonly disk: DiskContent
  readonly diskBytes: number
  /** What was written before a break. */
  readonly there: readonly PageRange[]
}

async function writeBlocks(
  { run, session }: AzureWork,
  door: BlobDoor,
  { disk, diskBytes, there }: Pages,
  progress: UploadProgress,
): Promise<void> {
  const concurrency = new Concurrency(numberOf(run.values, 'parallel') ?? 16)
  const total = sum(disk, () => BLOCK_BYTES)
  let done = 0
  const passed = (): void => progress.bytes((done += BLOCK_BYTES), total)
  // What the journal calls written has to be there too: the disk may have been made anew.
  const has = (index: number): boolean => {
    const [start, end] = [index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES]
    return (run.journal.get<number>(blockKey(index)) ?? 0) > 0 && there.some((range) => range.start < end && range.end > start)
  }
  const send = async ({ index, bytes }: DataBlock, signal: AbortSignal): Promise<void> => {
    const start = index * BLOCK_BYTES
    const inside = bytes.subarray(0, Math.min(bytes.length, diskBytes - start))
    let sent = 0
    for (const piece of dataRuns(inside)) {
      const pages = inside.subarray(piece.start, piece.end)
      await putPages(session, door, { start: start + piece.start, bytes: pages, signal, onTrouble: () => concurrency.slower() })
      sent += pages.length
    }
    concurrency.wentWell()
    run.journal.note(blockKey(index), sent)
    passed()
  }
  progress.bytes(0, total)
  await inParallel(dataBlocks(disk, BLOCK_BYTES, has, passed), send, {
    concurrency,
    signal: run.signal,
    pausePoint: () => run.pausePoint(),
  })
  await run.journal.sync()
}

function blockKey(index: number): string {
  return `block ${index}`
}

function sum(disk: DiskContent, bytesOf: (index: number) => number): number {
  let total = 0
  for (const index of mappedBlocks(disk, BLOCK_BYTES)) total += bytesOf(index)
  return total
}
