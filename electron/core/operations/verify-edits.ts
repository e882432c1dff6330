import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#shared/errors/app-error'
import { normalizePartitionType } from '#shared/images/partition-types'
import type { GuestDraft } from '../guest/draft.js'
import type { DiskOperation, EngineContent, FileOperation } from '../guest/engine.js'
import { type GuestFiles, openGuestFiles } from '../guest/guest-files.js'
import { readPartitions } from '../guest/partitions.js'
import type { ImageReader } from '../guest/reader.js'
import type { Host } from '../process/host.js'

/** Longer files of this machine are compared by their length. */
const COMPARED_BYTES = 64 * 1024 * 1024

/**
 * Reads back what an engine wrote: every path that the draft touched has to be in the image what it is in the draft, every type and
 * UUID what was asked for.
 * @throws AppError `edit-not-written`
 */
export async function verifySteps(host: Host, reader: ImageReader, draft: GuestDraft): Promise<void> {
  const files = openGuestFiles(host, reader)
  const operations = draft.steps().map((step) => step.operation)
  for (const operation of operations) if ('path' in operation) await verifyPaths(files, draft, operation)
  const disk = operations.filter((operation): operation is DiskOperation => !('path' in operation))
  if (disk.length > 0) await verifyDisk(reader, files, disk)
}

async function verifyPaths(files: GuestFiles, draft: GuestDraft, operation: FileOperation): Promise<void> {
  const paths = operation.kind === 'rename' ? [operation.path, operation.to] : [operation.path]
  for (const file of paths) {
    const [wanted, found] = await Promise.all([draft.find(operation.partition, file), files.find(operation.partition, file)])
    if ((wanted === undefined) !== (found === undefined)) throw notWritten(file, wanted ? 'it is not there' : 'it is still there')
    if (wanted && 'content' in operation && file === operation.path) await verifyContent(files, draft, operation.partition, file)
  }
}

async function verifyContent(files: GuestFiles, draft: GuestDraft, partition: number, file: string): Promise<void> {
  const wanted = draft.contentOf(partition, file)
  if (!wanted) return
  const found = await files.find(partition, file)
  if (wanted.sizeBytes > COMPARED_BYTES) {
    if (found?.sizeBytes !== null && found?.sizeBytes !== wanted.sizeBytes) throw notWritten(file, `it has ${found?.sizeBytes} bytes`)
    return
  }
  const bytes = await files.read(partition, file, wanted.sizeBytes + 1024 * 1024)
  const [wantedHash, foundHash] = [await hashOf(wanted.content), createHash('sha256').update(bytes).digest('hex')]
  if (wantedHash !== foundHash) throw new AppError('edit-not-written', { details: { file, wanted: wantedHash, found: foundHash } })
}

async function verifyDisk(reader: ImageReader, files: GuestFiles, operations: readonly DiskOperation[]): Promise<void> {
  const partitions = await readPartitions(reader, files)
  for (const operation of operations) {
    if (operation.kind === 'move-backup-gpt') {
      if (reader.table.backupMisplaced) throw notWritten('the backup GPT', 'it is not at the end of the disk')
      continue
    }
    const partition = partitions.find(({ number }) => number === operation.partition)
    const [wanted, found] =
      operation.kind === 'set-partition-type'
        ? [normalizePartitionType(operation.type), partition?.type]
        : [operation.uuid, partition?.filesystem?.uuid]
    if (plain(found) !== plain(wanted))
      throw notWritten(`partition ${operation.partition}`, `it has ${found ?? 'none'} instead of ${wanted}`)
  }
}

function plain(id: string | null | undefined): string {
  return (id ?? '').replaceAll('-', '').toLowerCase()
}

async function hashOf(content: EngineContent): Promise<string> {
  const hash = createHash('sha256')
  if ('hostFile' in content) await pipeline(createReadStream(content.hostFile), hash)
  else hash.update(content)
  return hash.digest('hex')
}

function notWritten(file: string, reason: string): AppError {
  return new AppError('edit-not-written', { details: { file, reason } })
}
