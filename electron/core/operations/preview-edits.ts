import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import type { BootEntry } from '#shared/boot/boot-entry'
import { describeEdit } from '#shared/edits/describe-edit'
import type { Edit } from '#shared/edits/edit'
import type { DiskChange, EditPreview, FileChange } from '#shared/edits/edit-preview'
import { AppError } from '#shared/errors/app-error'
import { FORMATS, savedFormat } from '#shared/images/formats'
import type { ImageInfo, Partition } from '#shared/images/image-info'
import { layoutOf } from '#shared/images/disk-layout'
import { partitionTypeName } from '#shared/images/partition-types'
import { formatBytes } from '#shared/text/bytes'
import type { DraftStep } from '../guest/draft.js'
import type { DiskStep } from '../guest/draft-steps.js'
import type { EngineContent, FileOperation } from '../guest/engine.js'
import { type AppliedEdits, type ApplyOptions, applyEdits } from '../guest/edits/apply-edits.js'
import type { OpenImage } from './image-sessions.js'
import { shellScript } from './shell-script.js'

/** Larger texts are told by their size. */
const SHOWN_BYTES = 256 * 1024

/** What a list of edits makes of an image: each edit in words, each change, and how the image boots then. Nothing is written. */
export async function previewEdits(
  { info, files }: OpenImage,
  edits: readonly Edit[],
  entries: readonly BootEntry[],
  options: Pick<ApplyOptions, 'expects' | 'idempotent'> = {},
): Promise<EditPreview> {
  const started = performance.now()
  const applied = await applyEdits(files, info.partitions, edits, { ...options, ...factsForEdits(info) })
  return {
    edits: edits.map((edit, index) => ({
      title: describeEdit(edit, entries),
      problem: applied.outcomes[index]?.problem ?? null,
      notes: [...(applied.outcomes[index]?.notes ?? [])],
    })),
    changes: describeChanges(applied, info.partitions),
    boot: { ...applied.boot, elapsedMs: performance.now() - started },
  }
}

/** What edits and expectations need to know of an image beside its files. */
export function factsForEdits(info: ImageInfo): Required<Pick<ApplyOptions, 'osName' | 'backupGpt' | 'disk'>> {
  const { osName, table, warnings } = info
  const isMisplaced = warnings.some(({ code }) => code === 'backup-gpt-misplaced')
  const { partitions: _partitions, ...disk } = layoutOf(info)
  return {
    disk,
    osName,
    backupGpt: table !== 'gpt' ? 'none' : isMisplaced ? 'misplaced' : 'in-place',
  }
}

/** The edits as a shell script. Throws the first edit's problem, if there is one. */
export async function scriptOfEdits({ info, source, files }: OpenImage, edits: readonly Edit[]): Promise<string> {
  const { draft, outcomes } = await applyEdits(files, info.partitions, edits, factsForEdits(info))
  const failed = outcomes.find((outcome) => outcome.problem !== null)?.problem
  if (failed) throw AppError.fromData(failed)
  const { dir, name, ext } = path.parse(info.path)
  return shellScript({
    source: info.path,
    sourceFormat: source.node.driver,
    output: path.join(dir, `${name}-edited${ext}`),
    outputFormat: FORMATS[savedFormat(info.format)].driver,
    table: info.table,
    operations: draft.engineOperations(),
    sizes: draft.diskBytes,
  })
}

/** What the steps of a draft change, in words and texts; steps that leave a file as it was are left out. */
export function describeChanges(applied: AppliedEdits, partitions: readonly Partition[]): (FileChange | DiskChange)[] {
  return applied.draft.steps().flatMap((step): (FileChange | DiskChange)[] => {
    const { operation } = step
    return 'path' in operation ? fileChange(step, operation) : [diskChange(step, operation, partitions)]
  })
}

function fileChange(step: DraftStep, operation: FileOperation): FileChange[] {
  const after = 'content' in operation ? inMemory(operation.content) : null
  if (operation.kind === 'rewrite-file' && step.before !== null && after?.equals(step.before)) return []
  const plain = {
    kind: 'file' as const,
    partition: operation.partition,
    path: operation.kind === 'rename' ? operation.to : operation.path,
    from: operation.kind === 'rename' ? operation.path : null,
    before: shown(step.before),
    after: shown(after),
    beforeBytes: step.before?.length ?? null,
    afterBytes: after?.length ?? null,
    edits: [...step.edits],
  }
  const change = CHANGES[operation.kind]
  return [{ ...plain, change, detail: detailOf(operation) }]
}

const CHANGES: Readonly<Record<FileOperation['kind'], FileChange['change']>> = {
  'rewrite-file': 'rewritten',
  'create-file': 'created',
  'make-folder': 'folder-created',
  'make-link': 'link-created',
  remove: 'removed',
  rename: 'renamed',
  'set-attributes': 'attributes',
}

function detailOf(operation: FileOperation): string {
  switch (operation.kind) {
    case 'create-file':
    case 'make-folder':
      if (operation.filesystem === 'vfat') return ''
      return `mode ${octal(operation.mode)}, owner ${operation.uid}:${operation.gid}`
    case 'make-link':
      return `points to ${operation.target}`
    case 'set-attributes':
      return [
        operation.mode === null ? '' : `mode ${octal(operation.mode)}`,
        operation.uid === null && operation.gid === null ? '' : `owner ${operation.uid ?? 'as it is'}:${operation.gid ?? 'as it is'}`,
      ]
        .filter((part) => part !== '')
        .join(', ')
    case 'remove':
      return operation.recursive ? 'with all in it' : ''
    default:
      return 'content' in operation && 'hostFile' in operation.content ? `from ${operation.content.hostFile}` : ''
  }
}

function diskChange(step: DraftStep, operation: DiskStep, partitions: readonly Partition[]): DiskChange {
  const edits = [...step.edits]
  if (operation.kind === 'move-backup-gpt')
    return {
      kind: 'disk',
      partition: null,
      what: 'Backup GPT',
      before: 'not at the end of the disk',
      after: 'at the end of the disk',
      edits,
    }
  if (operation.kind === 'resize-disk')
    return {
      kind: 'disk',
      partition: null,
      what: 'Disk size',
      before: formatBytes(operation.fromBytes),
      after: formatBytes(operation.bytes),
      edits,
    }
  const partition = partitions.find(({ number }) => number === operation.partition)
  const common = { kind: 'disk' as const, partition: operation.partition, edits }
  if (operation.kind === 'set-partition-type')
    return { ...common, what: 'Partition type', before: partition?.typeName ?? '', after: partitionTypeName(operation.type) }
  if (operation.kind === 'resize-partition')
    return { ...common, what: 'Partition size', before: formatBytes(operation.fromBytes), after: formatBytes(operation.sizeBytes) }
  if (operation.kind === 'grow-filesystem')
    return { ...common, what: 'File system size', before: sizeOf(partition), after: 'all of the partition' }
  if (operation.kind === 'shrink-filesystem')
    return { ...common, what: 'File system size', before: sizeOf(partition), after: formatBytes(operation.bytes) }
  return { ...common, what: 'File system UUID', before: partition?.filesystem?.uuid ?? 'none', after: operation.uuid }
}

function sizeOf(partition: Partition | undefined): string {
  const bytes = partition?.filesystem?.sizeBytes
  return typeof bytes === 'number' ? formatBytes(bytes) : 'as it is'
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

function inMemory(content: EngineContent): Buffer | null {
  return 'hostFile' in content ? null : Buffer.from(content)
}

/** Null for what is no text: it holds a NUL or is no UTF-8. */
function shown(bytes: Buffer | null): string | null {
  if (bytes === null || bytes.length > SHOWN_BYTES || bytes.includes(0) || !isUtf8(bytes)) return null
  return bytes.toString('utf8')
}
