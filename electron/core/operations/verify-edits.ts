import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { AppError } from '#shared/errors/app-error'
import type { GuestStat } from '#shared/images/guest-stat'
import type { DiskLayout } from '#shared/images/disk-layout'
import type { Partition } from '#shared/images/image-info'
import { UNUSED_BYTES } from '#shared/images/resize-rules'
import { isExtendedType, normalizePartitionType } from '#shared/images/partition-types'
import type { DraftFiles } from '../guest/draft-files.js'
import type { GuestDraft } from '../guest/draft.js'
import type { DiskStep } from '../guest/draft-steps.js'
import type { EngineContent } from '../guest/engine.js'
import { type ImageFiles, openGuestFiles } from '../guest/guest-files.js'
import { readPartitions } from '../guest/partitions.js'
import type { ImageReader } from '../guest/reader.js'
import type { Host } from '../process/host.js'

/** What has to be at one path once an engine has written. */
export interface ExpectedPath {
  readonly partition: number
  readonly path: string
  /** Undefined where nothing may be. */
  readonly stat: GuestStat | undefined
  /** Of a file that an edit wrote. */
  readonly content: { readonly content: EngineContent; readonly sizeBytes: number } | null
  /** Names in a folder that was moved. */
  readonly names: readonly string[] | null
}

export interface ExpectedResult {
  readonly paths: readonly ExpectedPath[]
  readonly disk: readonly DiskStep[]
  /** The table as it has to be, where sizes were changed. */
  readonly layout: DiskLayout | null
}

const RESIZING: ReadonlySet<DiskStep['kind']> = new Set(['resize-disk', 'resize-partition'])

/** What a draft says of every path that it touches: asked while the image that it is of is open. */
export async function expectedResult(draft: GuestDraft): Promise<ExpectedResult> {
  const operations = draft.steps().map((step) => step.operation)
  const touched = operations.flatMap((operation) =>
    'path' in operation
      ? (operation.kind === 'rename' ? [operation.path, operation.to] : [operation.path]).map((path) => ({ ...operation, path }))
      : [],
  )
  const paths: ExpectedPath[] = []
  for (const partition of new Set(touched.map((operation) => operation.partition))) {
    const own = [...new Set(touched.filter((operation) => operation.partition === partition).map(({ path }) => path))]
    const stats = await draft.stats(partition, own)
    for (const [at, path] of own.entries()) paths.push(await expectedAt(draft, partition, path, stats[at]))
  }
  const disk = operations.filter((operation): operation is DiskStep => !('path' in operation))
  return { paths, disk, layout: disk.some(({ kind }) => RESIZING.has(kind)) ? draft.layout : null }
}

async function expectedAt(draft: DraftFiles, partition: number, path: string, stat: GuestStat | undefined): Promise<ExpectedPath> {
  const isMovedFolder = stat?.kind === 'folder' && draft.stagedAt(partition, path).node?.kind === 'moved'
  const names = isMovedFolder ? (await draft.list(partition, path)).map(({ name }) => name).toSorted() : null
  return { partition, path, stat, content: draft.contentOf(partition, path) ?? null, names }
}

/**
 * Reads back what an engine wrote: everything that the draft touched has to be in the image what it is in the draft, every type and
 * UUID what was asked for.
 * @throws AppError `edit-not-written`
 */
export async function verifyResult(host: Host, reader: ImageReader, { paths, disk, layout }: ExpectedResult): Promise<void> {
  const files = openGuestFiles(host, reader)
  if (layout) verifyLayout(reader, layout)
  await verifyPaths(files, paths)
  if (disk.length > 0) await verifyDisk(reader, files, disk)
}

type Reads = Pick<ImageFiles, 'find' | 'list' | 'stats' | 'stream'>

/** Kinds, content, names, modes, owners, labels and targets of links, as far as the file system's reader tells them. */
export async function verifyPaths(files: Reads, paths: readonly ExpectedPath[]): Promise<void> {
  for (const partition of new Set(paths.map((one) => one.partition))) {
    const own = paths.filter((one) => one.partition === partition)
    const stats = await files.stats(
      partition,
      own.map(({ path }) => path),
    )
    for (const [at, wanted] of own.entries()) await verifyPath(files, wanted, stats[at])
  }
}

async function verifyPath(files: Reads, { partition, path, stat, content, names }: ExpectedPath, found: GuestStat | undefined) {
  // Names on FAT have no case: the folder's listing tells whether it is this very one.
  const isThere = (await files.find(partition, path)) !== undefined
  if (stat === undefined) {
    if (isThere) throw notWritten(path, 'it is still there')
    return
  }
  if (!isThere || found === undefined) throw notWritten(path, 'it is not there')
  const problem = differenceOf(stat, found)
  if (problem !== null) throw notWritten(path, problem)
  if (content) await verifyContent(files, partition, path, content)
  if (
    names &&
    (await files.list(partition, path))
      .map(({ name }) => name)
      .toSorted()
      .join('/') !== names.join('/')
  )
    throw notWritten(path, 'other names are in it than before it was moved')
}

/** What differs, of what both tell. */
function differenceOf(wanted: GuestStat, found: GuestStat): string | null {
  const isTold = <K extends keyof GuestStat>(key: K) => wanted[key] !== null && found[key] !== null && wanted[key] !== found[key]
  // GRUB's drivers, which tell no modes, show a link as what it leads to.
  if (wanted.kind !== found.kind && !(wanted.kind === 'link' && found.mode === null))
    return `it is a ${found.kind} instead of a ${wanted.kind}`
  if (isTold('linkTarget')) return `it points to ${found.linkTarget}`
  if (wanted.kind === 'file' && isTold('sizeBytes')) return `it has ${found.sizeBytes} bytes instead of ${wanted.sizeBytes}`
  if (isTold('mode') && wanted.kind !== 'link') return `its mode is ${octal(found.mode)} instead of ${octal(wanted.mode)}`
  if (isTold('uid') || isTold('gid')) return `its owner is ${found.uid}:${found.gid} instead of ${wanted.uid}:${wanted.gid}`
  return isTold('selinux') ? `its label is ${found.selinux} instead of ${wanted.selinux}` : null
}

function octal(mode: number | null): string {
  return (mode ?? 0).toString(8).padStart(4, '0')
}

async function verifyContent(files: Reads, partition: number, file: string, wanted: NonNullable<ExpectedPath['content']>): Promise<void> {
  const [wantedHash, foundHash] = [
    await hashOfContent(wanted.content),
    await hashOf(files.stream(partition, file, { length: wanted.sizeBytes + 1 })),
  ]
  if (wantedHash !== foundHash) throw new AppError('edit-not-written', { details: { file, wanted: wantedHash, found: foundHash } })
}

/** The size of the disk, and where every partition begins and ends. */
function verifyLayout(reader: Pick<ImageReader, 'virtualBytes' | 'table'>, wanted: DiskLayout): void {
  if (reader.virtualBytes !== wanted.virtualBytes)
    throw notWritten('the disk', `it has ${reader.virtualBytes} bytes instead of ${wanted.virtualBytes}`)
  if (wanted.table === 'none') return
  const rows = reader.table.partitions.filter(({ type }) => !isExtendedType(type))
  if (rows.length !== wanted.partitions.length)
    throw notWritten('the partition table', `it has ${rows.length} partitions instead of ${wanted.partitions.length}`)
  for (const { number, startBytes, sizeBytes } of wanted.partitions) {
    const row = rows.find((one) => one.number === number)
    if (row?.startBytes !== startBytes || row.sizeBytes !== sizeBytes)
      throw notWritten(`partition ${number}`, `it has ${row?.sizeBytes ?? 0} bytes from ${row?.startBytes ?? 0} on`)
  }
}

async function verifyDisk(reader: ImageReader, files: ImageFiles, operations: readonly DiskStep[]): Promise<void> {
  const partitions = await readPartitions(reader, files)
  verifyFilesystems(partitions, operations)
  for (const operation of operations) {
    if (operation.kind === 'resize-disk' || operation.kind === 'resize-partition') continue
    if (operation.kind === 'move-backup-gpt') {
      if (reader.table.backupMisplaced) throw notWritten('the backup GPT', 'it is not at the end of the disk')
      continue
    }
    const partition = partitions.find(({ number }) => number === operation.partition)
    if (operation.kind === 'grow-filesystem' || operation.kind === 'shrink-filesystem') continue
    const [wanted, found] =
      operation.kind === 'set-partition-type'
        ? [normalizePartitionType(operation.type), partition?.type]
        : [operation.uuid, partition?.filesystem?.uuid]
    if (plain(found) !== plain(wanted))
      throw notWritten(`partition ${operation.partition}`, `it has ${found ?? 'none'} instead of ${wanted}`)
  }
}

/** The last change of each file system's size counts. */
function verifyFilesystems(partitions: readonly Partition[], operations: readonly DiskStep[]): void {
  for (const { number, sizeBytes, filesystem } of partitions) {
    const last = operations.findLast(
      (step) => (step.kind === 'grow-filesystem' || step.kind === 'shrink-filesystem') && step.partition === number,
    )
    const found = filesystem?.sizeBytes ?? null
    if (!last) continue
    if (found === null) throw notWritten(`partition ${number}`, 'its file system is not known any more')
    const fits = last.kind === 'shrink-filesystem' ? found <= last.bytes : found <= sizeBytes && found > sizeBytes - UNUSED_BYTES
    if (!fits) throw notWritten(`partition ${number}`, `its file system has ${found} bytes, and the partition ${sizeBytes}`)
  }
}

function plain(id: string | null | undefined): string {
  return (id ?? '').replaceAll('-', '').toLowerCase()
}

/** That of a file of this machine is what it was when the edit was made, where that is known: it may have changed since. */
async function hashOfContent(content: EngineContent): Promise<string> {
  if (!('hostFile' in content)) return createHash('sha256').update(content).digest('hex')
  return content.sha256 ?? hashOf(createReadStream(content.hostFile))
}

async function hashOf(stream: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of stream) hash.update(part as Uint8Array)
  return hash.digest('hex')
}

function notWritten(file: string, reason: string): AppError {
  return new AppError('edit-not-written', { details: { file, reason } })
}
