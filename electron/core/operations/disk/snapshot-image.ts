import { AppError } from '#shared/errors/app-error'
import { MAX_SNAPSHOT_NAME_BYTES } from '#shared/jobs/disk-requests'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { type ImageSource, openSource } from '../../guest/source.js'
import { type InternalSnapshot, listSnapshots } from '../../tools/qemu-img/list-snapshots.js'
import { changeSnapshot } from '../../tools/qemu-img/snapshot.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { requireSound } from '../prepare-convert.js'
import { findSnapshot, sameAsSnapshot } from '../snapshot-copy.js'
import { changeCopy, type ChangedCopy, requireFormat, requireFree, requireRevision, requireSame } from './change-copy.js'

type Input = JobInput<'snapshot-image'>

/** A snapshot takes tables and, for a big disk, reference counts: little, and never more than this for a disk of 1 TiB. */
const ADDED_BYTES = 64 * 1024 ** 2

/**
 * Creates, applies or deletes an internal snapshot of a qcow2, on a copy or in place.
 *
 * @throws AppError `bad-input` where there is no such snapshot, or one of that name; `image-in-use` …
 */
export async function snapshotImage(ctx: JobContext, input: Input): Promise<JobOutput> {
  const source = await openSource(input.source)
  requireRevision(source, input.revision)
  requireFormat(source, 'internal snapshots')
  for (const file of source.files) await requireFree(file)
  await requireSound(ctx.host, source, false)
  const before = await listSnapshots(ctx.host, { node: source.node, access: { read: source.files } })
  const plan = await planChange(ctx, input, source, before)
  return changeCopy(ctx, {
    source,
    target: input.target,
    keeps: { snapshots: true, overlays: plan.present === null ? 'all' : [] },
    needsFolder: source.layers.length > 1,
    addedBytes: ADDED_BYTES,
    change: async (copy) => {
      for (const change of plan.changes) await changeSnapshot(ctx.host, { node: copy.node, change, access: copy.access })
    },
    compare: (copy, progress) => prove(ctx, source, copy, plan, before, progress),
  })
}

interface Plan {
  readonly changes: readonly Parameters<typeof changeSnapshot>[1]['change'][]
  /** Names that are new. */
  readonly added: readonly string[]
  /** Id of the one that is gone. */
  readonly removed: string | null
  /** Id of the one whose content is the present state now; null where that stays as it is. */
  readonly present: string | null
}

async function planChange(ctx: JobContext, { action }: Input, source: ImageSource, before: readonly InternalSnapshot[]): Promise<Plan> {
  if (action.do === 'create') {
    requireFreeName(source, before, action.name)
    return { changes: [action], added: [action.name], removed: null, present: null }
  }
  const found = await findSnapshot(ctx.host, source, action.snapshot)
  if (action.do === 'delete') {
    requireFirst(source, before, found)
    return { changes: [{ do: 'delete', name: found.name }], added: [], removed: found.id, present: null }
  }
  const kept = action.keepPresent ? [freeName(before)] : []
  const keep = kept.map((name) => ({ do: 'create', name }) as const)
  return { changes: [...keep, { do: 'apply', id: found.id }], added: kept, removed: null, present: found.id }
}

/** Throws `bad-input` for a name that qemu would cut, or that could not be told from another one. */
function requireFreeName(source: ImageSource, before: readonly InternalSnapshot[], name: string): void {
  const bytes = Buffer.byteLength(name)
  const isTaken = before.some((one) => one.name === name || one.id === name)
  const reason = isTaken
    ? `a snapshot ${name} is there already`
    : /\p{Cc}/u.test(name)
      ? 'the name of a snapshot holds no control characters'
      : bytes > MAX_SNAPSHOT_NAME_BYTES
        ? `the name has ${bytes} bytes, and ${MAX_SNAPSHOT_NAME_BYTES} is all that is kept`
        : /^\d+$/.test(name)
          ? 'a number could not be told from the id of another snapshot'
          : undefined
  if (reason !== undefined) throw new AppError('bad-input', { details: { path: source.path, reason } })
}

/** qemu-img deletes the first one of a name. */
function requireFirst(source: ImageSource, before: readonly InternalSnapshot[], { id, name }: InternalSnapshot): void {
  if (before.find((one) => one.name === name)?.id === id) return
  const reason = `several snapshots are named ${name}, and this is not the first of them: delete those before it first`
  throw new AppError('bad-input', { details: { path: source.path, reason } })
}

/** A name for the present state, which is about to be replaced. */
function freeName(before: readonly InternalSnapshot[]): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  const taken = new Set(before.map(({ name }) => name))
  for (let count = 0; ; count += 1) {
    const name = `before-${stamp}${count === 0 ? '' : `-${count}`}`
    if (!taken.has(name)) return name
  }
}

async function prove(
  ctx: JobContext,
  source: ImageSource,
  copy: ChangedCopy,
  plan: Plan,
  before: readonly InternalSnapshot[],
  progress: StepProgress,
): Promise<readonly string[]> {
  const after = await listSnapshots(ctx.host, { node: copy.node, access: copy.access })
  const expected = [...before.filter(({ id }) => id !== plan.removed).map(({ name }) => name), ...plan.added]
  if (JSON.stringify(after.map(({ name }) => name)) !== JSON.stringify(expected)) {
    throw new AppError('verify-mismatch', { details: { path: source.path, reason: 'the list of snapshots is not as it should be' } })
  }
  const files = [...source.files, copy.path]
  if (plan.present === null) {
    await requireSame(ctx, { left: source.node, right: copy.node, files, path: source.path }, progress)
    return [...listed(plan), 'Present state compared with the original: identical']
  }
  if (!(await sameAsSnapshot(ctx, source, plan.present, copy.node, (fraction) => progress.fraction(fraction)))) {
    throw new AppError('verify-mismatch', { details: { path: source.path } })
  }
  return [...listed(plan), 'Present state compared with what qemu-nbd reads of the snapshot: identical']
}

function listed({ added, removed }: Plan): string[] {
  return [
    ...added.map((name) => `The snapshot ${name} is in the list`),
    ...(removed === null ? [] : [`The snapshot ${removed} is no longer in the list`]),
  ]
}
