import type { BootEntry, BootFile } from '../boot/boot-entry.js'
import { argKey, argValue, diffArgs } from '../boot/kernel-args.js'
import { type OsFamily, usesIgnition } from './os-family.js'
import { ignitionIdFor, type PlatformArch, type PlatformId, type PlatformRow } from './platform.js'
import { findPlatform, platform } from './platforms.js'
import { type PlatformsJson, parsePlatformsJson } from './platforms-json.js'
import { grubConsoleFor, type RetargetContext, retargetArgs } from './retarget.js'
import { holdsArgs, namesKernelopts, reasonOf, rewriteArgs, rewriteConsoleBlock } from './retarget-files.js'
import type { PlatformFacts, RetargetedConsole, RetargetedEntry, RetargetedFile } from './retarget-plan.js'

/** How an image boots, as `BootReport` tells it. */
export interface BootState {
  readonly files: readonly BootFile[]
  readonly entries: readonly BootEntry[]
}

export interface RetargetImage {
  readonly family: OsFamily
  readonly arch: PlatformArch
  readonly extras?: RetargetContext['extras']
}

export interface PlannedFile {
  readonly file: BootFile
  /** The whole new text. */
  readonly text: string
  readonly lists: readonly RetargetedFile[]
}

export interface PlannedRetarget {
  /** Files that change. Of a UKI none: its entries are in `ukis`. */
  readonly files: readonly PlannedFile[]
  /** New lists of entries that only their own writer can write. */
  readonly ukis: readonly { readonly entry: BootEntry; readonly args: readonly string[] }[]
  readonly consoleBlocks: readonly RetargetedConsole[]
  /** Why an argument leaves, arrives or moves. */
  readonly reasons: ReadonlyMap<string, string>
  readonly ownTable: boolean
  readonly notes: readonly string[]
}

/** The platform that an image is made for, by its default entry. */
export function currentPlatform(entries: readonly BootEntry[], family: OsFamily): PlatformRow | null {
  const id = currentId(entries)
  return id === null ? null : (findPlatform(id, family) ?? null)
}

/**
 * What has to be written so that an image fits a platform: the arguments of every boot entry in the file where they stand, the files
 * from which later kernels take theirs, GRUB's console block. A file that cannot be rewritten stays, with a note. Planning it again
 * for what it made changes nothing.
 */
export function planRetarget(boot: BootState, to: PlatformId, image: RetargetImage): PlannedRetarget {
  const notes: string[] = []
  const own = ownTable(boot.files, image.arch, notes)
  const everything = boot.entries.flatMap((entry) => entry.args)
  const context: RetargetContext = {
    family: image.family,
    arch: image.arch,
    platformsJson: own,
    fromId: null,
    ignition: usesIgnition(image.family, everything),
    extras: image.extras ?? 'default',
  }
  const reasons = new Map<string, string>()
  const fallback = currentId(boot.entries)
  const rewrite = (args: readonly string[], whole: boolean): readonly string[] => {
    const fromId = args.some((arg) => argKey(arg) === 'ignition.platform.id') ? null : fallback
    const plan = retargetArgs(args, to, { ...context, fromId, addMissing: whole })
    for (const { arg, why } of plan.reasons) reasons.set(arg, why)
    return plan.args
  }

  const usesKernelopts = namesKernelopts(boot.files)
  const consoleLines = grubConsoleFor(to, context)
  const consoleBlocks: RetargetedConsole[] = []
  const files = boot.files.flatMap((file): PlannedFile[] => {
    if (!holdsArgs(file)) return []
    if (file.problem !== null) {
      notes.push(`${file.path} stays as it is: ${file.problem}`)
      return []
    }
    try {
      const lists: RetargetedFile[] = []
      const text = rewriteArgs(
        file,
        ({ what, args, whole }) => {
          const next = rewrite(args, whole)
          if (differ(args, next)) lists.push({ file: file.id, what, ...moves(args, next) })
          return next
        },
        usesKernelopts,
      )
      const block = consoleLines === null ? null : rewriteConsoleBlock({ ...file, text }, consoleLines)
      if (block !== null && block.text !== text) {
        consoleBlocks.push({ file: file.id, before: [...block.before], after: [...(consoleLines ?? [])] })
      }
      const after = block?.text ?? text
      return after === file.text ? [] : [{ file, text: after, lists }]
    } catch (thrown) {
      notes.push(`${file.path} stays as it is: ${reasonOf(thrown)}`)
      return []
    }
  })
  const ukis = boot.entries.flatMap((entry) => {
    if (entry.loader !== 'uki' || entry.problem !== null) return []
    const args = rewrite(entry.args, true)
    return differ(entry.args, args) ? [{ entry, args }] : []
  })
  return { files, ukis, consoleBlocks, reasons, ownTable: own?.has(ignitionIdFor(platform(to), image.family)) ?? false, notes }
}

/** Each entry before and after, in the order of the menu before. */
export function compareEntries(
  before: readonly BootEntry[],
  after: readonly BootEntry[],
  reasons: ReadonlyMap<string, string>,
): RetargetedEntry[] {
  return before.map((entry) => {
    const next = after.find(({ id }) => id === entry.id) ?? entry
    const change = moves(entry.args, next.args)
    const touched = [...change.leaves, ...change.moves, ...change.arrives]
    return {
      entry: entry.id,
      title: entry.title,
      isDefault: entry.isDefault,
      ...change,
      reasons: touched.map((arg) => ({ arg, why: reasons.get(arg) ?? '' })),
      consoles: next.args.filter((arg) => argKey(arg) === 'console').map((arg) => argValue(arg) ?? ''),
      ignitionId: platformIdIn(next.args),
      problem: entry.problem,
    }
  })
}

export function platformFacts(row: PlatformRow): PlatformFacts {
  return {
    id: row.id,
    name: row.name,
    group: row.group,
    image: row.image && {
      format: row.image.format,
      subformat: row.image.subformat,
      container: row.image.container,
      note: row.image.note,
    },
    firmware: { ...row.firmware },
    secureBoot: row.secureBoot,
    alignmentBytes: row.wholeGib ? 1024 ** 3 : row.alignmentBytes,
    maxBytes: row.maxBytes,
    sizeNote: row.sizeNote,
    config: row.config,
    consoleNote: row.consoleNote,
    agents: [...row.agents],
    upload: row.upload,
    importSteps: [...row.importSteps],
    sources: [...row.sources],
  }
}

/** Recommended arguments that are not applied by themselves. */
export function offeredArgs(to: PlatformId, arch: PlatformArch): { arg: string; why: string }[] {
  return platform(to)
    .extraArgs.filter((extra) => !extra.byDefault && (extra.arches?.includes(arch) ?? true))
    .map(({ arg, why }) => ({ arg, why }))
}

/** What leaves, arrives, and only changes its place. */
function moves(before: readonly string[], after: readonly string[]) {
  const rows = diffArgs(before, after)
  const removed = rows.filter((row) => row.state === 'removed').map((row) => row.arg)
  const added = rows.filter((row) => row.state === 'added').map((row) => row.arg)
  return {
    leaves: removed.filter((arg) => !added.includes(arg)),
    arrives: added.filter((arg) => !removed.includes(arg)),
    moves: removed.filter((arg) => added.includes(arg)),
    before: [...before],
    after: [...after],
  }
}

function ownTable(files: readonly BootFile[], arch: PlatformArch, notes: string[]): PlatformsJson | null {
  const file = files.find(({ kind }) => kind === 'platforms-json')
  if (!file) return null
  try {
    return parsePlatformsJson(file.text, arch)
  } catch (thrown) {
    notes.push(`The image's own table ${file.path} is not used: ${reasonOf(thrown)}`)
    return null
  }
}

function currentId(entries: readonly BootEntry[]): string | null {
  const known = [...entries.filter(({ isDefault }) => isDefault), ...entries].map(({ args }) => platformIdIn(args))
  return known.find((id) => id !== null) ?? null
}

function platformIdIn(args: readonly string[]): string | null {
  const arg = args.findLast((candidate) => argKey(candidate) === 'ignition.platform.id')
  return arg === undefined ? null : argValue(arg)
}

function differ(one: readonly string[], other: readonly string[]): boolean {
  return one.length !== other.length || one.some((arg, at) => arg !== other[at])
}
