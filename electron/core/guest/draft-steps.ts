import { checkOperation, type DiskOperation, type EngineContent, type EngineOperation, type FileOperation } from './engine.js'

/** Another virtual size. It is a matter of the file that holds the disk, so no engine carries it out. */
export interface ResizeDisk {
  readonly kind: 'resize-disk'
  readonly bytes: number
  readonly fromBytes: number
}
/** What is done to the whole disk, in its order, after all that is done to files. */
export type DiskStep = DiskOperation | ResizeDisk

/** One step of a draft, and which edits asked for it. */
export interface DraftStep {
  readonly operation: EngineOperation | ResizeDisk
  readonly edits: readonly number[]
  /** Content before, of a file that is rewritten or removed; null where it is no file or too large. */
  readonly before: Buffer | null
}

/** Each of these begins where the one before it ended. */
const IN_SEQUENCE: ReadonlySet<DiskStep['kind']> = new Set(['resize-disk', 'resize-partition', 'grow-filesystem', 'shrink-filesystem'])

/** What an engine has to do for a draft. */
export class DraftSteps {
  /** Index of the edit that is being applied. */
  edit = 0
  /** Grows with every change. */
  revision = 0
  private readonly files: DraftStep[] = []
  private readonly disk: DraftStep[] = []

  /** In the order in which an engine has to take them. */
  all(): readonly DraftStep[] {
    return [...this.files, ...this.disk]
  }

  /** Throws `bad-input` for a step that no engine can take: then nothing is staged. */
  add(operation: FileOperation, before: Buffer | null): void {
    checkOperation(operation)
    this.files.push({ operation, edits: [this.edit], before })
    this.revision += 1
  }

  /** Gives a file that was written before another content in the step that wrote it; false where names have changed since. */
  replaceContent(partition: number, file: string, content: EngineContent): boolean {
    const at = this.files.findLastIndex(
      ({ operation }) => 'content' in operation && operation.partition === partition && operation.path === file,
    )
    const step = this.files[at]
    if (!step || !('content' in step.operation) || this.renamedSince(at, partition)) return false
    this.revision += 1
    this.files[at] = { ...step, operation: { ...step.operation, content }, edits: [...new Set([...step.edits, this.edit])] }
    return true
  }

  /** A change of the partition table or of a whole file system; the last one for the same thing counts. */
  addDisk(operation: DiskStep): void {
    if (operation.kind !== 'resize-disk') checkOperation(operation)
    const same = (step: DraftStep): boolean =>
      step.operation.kind === operation.kind &&
      ('partition' in step.operation ? step.operation.partition : 0) === ('partition' in operation ? operation.partition : 0)
    const at = IN_SEQUENCE.has(operation.kind) ? -1 : this.disk.findIndex(same)
    const edits = [...new Set([...(this.disk[at]?.edits ?? []), this.edit])]
    const step = { operation, edits, before: null }
    // What comes after may need the room that the place of the backup GPT makes: it stays where it was first asked for.
    if (at >= 0 && operation.kind === 'move-backup-gpt') this.disk[at] = step
    else {
      if (at >= 0) this.disk.splice(at, 1)
      this.disk.push(step)
    }
    this.revision += 1
  }

  diskSteps(): readonly DiskStep[] {
    return this.disk.flatMap(({ operation }) => ('path' in operation ? [] : [operation]))
  }

  private renamedSince(at: number, partition: number): boolean {
    return this.files.slice(at + 1).some(({ operation }) => operation.kind === 'rename' && operation.partition === partition)
  }
}
