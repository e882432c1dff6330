import type { BootReport } from '#shared/boot/boot-entry'
import type { Edit, EditKind } from '#shared/edits/edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import { AppError, type AppErrorData, toAppError } from '#shared/errors/app-error'
import type { Partition } from '#shared/images/image-info'
import { type OsTree, tidyPath } from '#shared/images/os-tree'
import { differenceLines, type Expectation } from '#shared/recipes/expectation'
import { findBootConfig, type FoundBoot } from '../boot-config.js'
import { BootMemory } from '../boot-read.js'
import { GuestDraft } from '../draft.js'
import type { DiskFacts } from '../draft-partitions.js'
import type { GuestFiles } from '../guest-files.js'
import { locateIn } from '../locate.js'
import { findSystemTree } from '../system-tree.js'
import { bootEditHandlers } from './boot-edit-handlers.js'
import { diskEditHandlers } from './disk-edit-handlers.js'
import type { EditContext, EditHandler, EditHandlers } from './edit-handler.js'
import { checkExpectations } from './check-expectations.js'
import { fileEditHandlers } from './file-edit-handlers.js'
import { partitionSizeHandlers } from './partition-size-handlers.js'
import { resizeHandlers } from './resize-handlers.js'
import { retargetHandlers } from './retarget-handler.js'
import { stillNeeded } from './still-needed.js'
import { systemEditHandlers } from './system/system-edit-handlers.js'

const HANDLERS: EditHandlers<EditKind> = {
  ...bootEditHandlers,
  ...fileEditHandlers,
  ...diskEditHandlers,
  ...resizeHandlers,
  ...partitionSizeHandlers,
  ...systemEditHandlers,
  ...retargetHandlers,
}

export interface EditOutcome {
  /** Null when the edit was applied. */
  readonly problem: AppErrorData | null
  readonly notes: readonly string[]
}

export interface AppliedEdits {
  readonly draft: GuestDraft
  /** One for each edit, in their order. */
  readonly outcomes: readonly EditOutcome[]
  /** How the image boots with the edits. */
  readonly boot: Omit<BootReport, 'elapsedMs'>
}

type Seen = Pick<EditContext, 'tree' | 'boot' | 'backupGpt'>

export interface ApplyOptions {
  /** Edits that have their effect already are left out. */
  readonly idempotent?: boolean | undefined
  /** What has to hold of the image. */
  readonly expects?: readonly Expectation[] | undefined
  readonly osName?: string | null
  /** Where the backup GPT is; not told where that is not known. */
  readonly backupGpt?: EditContext['backupGpt']
  /** The disk itself; edits that give it another size need it. */
  readonly disk?: DiskFacts
}

/**
 * Applies edits, in their order, to a draft of an image. An edit that fails is told in its outcome, and the others are tried all the
 * same, so that all that is wrong can be shown at once.
 * @throws AppError `recipe-mismatch` when an expectation does not hold
 */
export async function applyEdits(
  base: GuestFiles,
  partitions: readonly Partition[],
  edits: readonly Edit[],
  options: ApplyOptions = {},
): Promise<AppliedEdits> {
  const draft = new GuestDraft(base, partitions, options.disk)
  const memory = new BootMemory()
  const seen: Seen = { tree: treeOf(draft), boot: bootOf(draft, memory), backupGpt: options.backupGpt ?? null }
  const expects = options.idempotent ? withoutOwnWork(options.expects ?? [], edits) : (options.expects ?? [])
  if (expects.length > 0) await requireExpected(contextOf(draft, seen, []), expects, options.osName ?? null)
  const outcomes: EditOutcome[] = []
  for (const [index, edit] of edits.entries()) {
    draft.beginEdit(index)
    const notes: string[] = []
    outcomes.push({ problem: await applyOne(contextOf(draft, seen, notes), edit, options.idempotent ?? false), notes })
  }
  const { cut: _cut, ...boot } = await findBootConfig(draft, draft.partitions, { memory })
  return { draft, outcomes, boot }
}

/** On an image that had the edits already, arguments that they take away are gone, and files are what they make of them. */
function withoutOwnWork(expects: readonly Expectation[], edits: readonly Edit[]): Expectation[] {
  const taken = new Set(
    edits.flatMap((edit) =>
      edit.kind !== 'kernel-args'
        ? []
        : edit.changes.flatMap((change) =>
            change.op === 'delete' ? [change.arg] : change.op === 'replace' ? [`${change.key}=${change.from}`] : [],
          ),
    ),
  )
  const written = new Set(
    edits.flatMap((edit) => {
      if (edit.kind !== 'write-file' && edit.kind !== 'remove-file' && edit.kind !== 'rename-file') return []
      return [edit.path, ...(edit.kind === 'rename-file' ? [edit.to] : [])].map((path) => `${edit.partition ?? ''}:${tidyPath(path)}`)
    }),
  )
  const others = expects.filter(
    (expected) => expected.kind !== 'file' || !written.has(`${expected.partition ?? ''}:${tidyPath(expected.path)}`),
  )
  return others.map((expected) =>
    expected.kind === 'boot-entry' && expected.has ? { ...expected, has: expected.has.filter((arg) => !taken.has(arg)) } : expected,
  )
}

async function requireExpected(context: EditContext, expects: readonly Expectation[], osName: string | null): Promise<void> {
  const lines = differenceLines(await checkExpectations(context, expects, osName))
  const [first] = lines
  if (first === undefined) return
  const reason = lines.length === 1 ? first : `${first} (and ${lines.length - 1} more)`
  throw new AppError('recipe-mismatch', { details: { reason }, toolOutput: lines.join('\n') })
}

async function applyOne(context: EditContext, edit: Edit, idempotent: boolean): Promise<AppErrorData | null> {
  try {
    const needed = idempotent ? await stillNeeded(context, edit) : [edit]
    if (needed.length === 0) context.note('It has its effect already.')
    for (const one of needed) await (HANDLERS[one.kind] as EditHandler<Edit>)(context, one)
    return null
  } catch (thrown) {
    return toAppError(thrown).data
  }
}

/** Looked for once, when it is first asked for: no edit moves the system to another place. */
function treeOf(draft: GuestDraft): EditContext['tree'] {
  let found: Promise<OsTree | null> | undefined
  return () => (found ??= findSystemTree(draft, draft.partitions))
}

/** Looked at anew when something was changed since, with what is known of files that are as they were. */
function bootOf(draft: GuestDraft, memory: BootMemory): EditContext['boot'] {
  let known: { readonly revision: number; readonly boot: Promise<FoundBoot> } | undefined
  return () => {
    if (known?.revision !== draft.revision)
      known = { revision: draft.revision, boot: findBootConfig(draft, draft.partitions, { memory, withNotes: false }) }
    return known.boot
  }
}

function contextOf(draft: GuestDraft, seen: Seen, notes: string[]): EditContext {
  return {
    draft,
    ...seen,
    locate: (place: GuestPlace) => locateIn(draft, draft.partitions, place, seen.tree),
    note: (text) => notes.push(text),
  }
}
