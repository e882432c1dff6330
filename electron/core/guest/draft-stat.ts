import type { GuestStat } from '#shared/images/guest-stat'
import type { GuestEntry } from '#shared/images/image-info'
import type { AttributeChange, DraftNode, NewAttributes } from './draft-nodes.js'
import type { ImageFiles } from './guest-files.js'

/** What edits made of one path. */
export interface StagedPath {
  readonly node: DraftNode | undefined
  /** Where the image holds it; undefined for what edits made or took away. */
  readonly original: string | undefined
  readonly attributes: AttributeChange | undefined
}

export type StagedState = 'same' | 'new' | 'changed' | 'renamed' | 'attributes'

/** What edits made of something that is there, in one word. */
export function stagedState({ node, attributes }: StagedPath): StagedState {
  if (node?.kind === 'file') return node.created ? 'new' : 'changed'
  if (node?.kind === 'folder' || node?.kind === 'link') return 'new'
  if (node?.kind === 'moved') return 'renamed'
  return attributes ? 'attributes' : 'same'
}

interface DraftReads {
  find(partition: number, file: string): Promise<GuestEntry | undefined>
  stagedAt(partition: number, file: string): StagedPath
}

const NOTHING: GuestStat = {
  kind: 'file',
  mode: null,
  uid: null,
  gid: null,
  sizeBytes: null,
  mtime: null,
  linkTarget: null,
  selinux: null,
}

/** What a path is once the edits are written. When that is cannot be told of files that they write. */
export async function draftStat(
  draft: DraftReads,
  base: Partial<Pick<ImageFiles, 'stat'>>,
  partition: number,
  file: string,
): Promise<GuestStat | undefined> {
  const staged = draft.stagedAt(partition, file)
  return withStaged(staged, staged.original === undefined ? undefined : await base.stat?.(partition, staged.original))
}

/** The same of many paths, no folder of which is a link, in one question. */
export async function draftStats(
  draft: Pick<DraftReads, 'stagedAt'>,
  base: Pick<ImageFiles, 'stats'>,
  partition: number,
  paths: readonly string[],
): Promise<(GuestStat | undefined)[]> {
  const staged = paths.map((path) => draft.stagedAt(partition, path))
  const originals = [...new Set(staged.flatMap(({ original }) => original ?? []))]
  const found = originals.length === 0 ? [] : await base.stats(partition, originals)
  const known = new Map(originals.map((original, index) => [original, found[index]]))
  return staged.map((one) => withStaged(one, one.original === undefined ? undefined : known.get(one.original)))
}

function withStaged({ node, attributes }: StagedPath, known: GuestStat | undefined): GuestStat | undefined {
  if (node === undefined && attributes === undefined) return known
  if (node?.kind === 'gone' || (node === undefined && known === undefined)) return undefined
  return { ...NOTHING, ...known, ...stagedFacts(node), ...setAttributes(attributes) }
}

function stagedFacts(node: DraftNode | undefined): Partial<GuestStat> {
  switch (node?.kind) {
    case 'file':
      return { kind: 'file', sizeBytes: node.sizeBytes, mtime: null, linkTarget: null, ...owned(node.created) }
    case 'folder':
      return { kind: 'folder', ...owned(node.created) }
    case 'link':
      return { kind: 'link', linkTarget: node.target }
    case 'moved':
      return { kind: node.was }
    default:
      return {}
  }
}

function owned(created: NewAttributes | null): Partial<GuestStat> {
  return created ? { mode: created.mode, uid: created.uid, gid: created.gid, selinux: created.selinux ?? null } : {}
}

function setAttributes(change: AttributeChange | undefined): Partial<GuestStat> {
  return Object.fromEntries(Object.entries(change ?? {}).filter(([, value]) => value !== null))
}
