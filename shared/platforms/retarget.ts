import { argKey, argValue, diffArgs } from '../boot/kernel-args.js'
import { COREOS_FAMILIES, type OsFamily } from './os-family.js'
import { ignitionIdFor, type PlatformArch, type PlatformArg, type PlatformId, type PlatformRow } from './platform.js'
import { findPlatform, platform } from './platforms.js'
import type { PlatformsJson } from './platforms-json.js'

const PLATFORM_KEY = 'ignition.platform.id'

export interface ConsoleContext {
  readonly family: OsFamily
  readonly arch: PlatformArch
  /** The image's own table; null when it has none. */
  readonly platformsJson: PlatformsJson | null
}

export interface RetargetContext extends ConsoleContext {
  /** What the image is made for now, our id or Ignition's; null takes it from the arguments. */
  readonly fromId: string | null
  /** Whether the image uses Ignition (`usesIgnition`): only then a platform id is added where there is none. */
  readonly ignition: boolean
  /** Which recommended arguments are applied. Default `default`: those that suit every image. */
  readonly extras?: 'default' | 'all' | 'none'
  /**
   * False for a list that is only a part of the command line, such as the options of an entry that names `$kernelopts`: what is there is
   * replaced or removed, and nothing is added. Default true.
   */
  readonly addMissing?: boolean
}

export interface RetargetPlan {
  /** The whole new list. */
  readonly args: readonly string[]
  readonly leaves: readonly string[]
  readonly arrives: readonly string[]
  /** Arguments that only change their place, so the order of consoles. */
  readonly moves: readonly string[]
  /** Value of `ignition.platform.id` afterwards; null when there is none. */
  readonly ignitionId: string | null
  /** Values of `console=` afterwards; the last is primary. */
  readonly consoles: readonly string[]
  /** One row for each argument that leaves, arrives or moves. */
  readonly reasons: readonly { readonly arg: string; readonly why: string }[]
}

/**
 * Kernel arguments of the image on another platform, as coreos-assembler's gf-set-platform makes them: the platform id is
 * replaced in its place, arguments of the old platform leave, those of the new one arrive. Consoles are one ordered
 * group at the place of the first. Everything else keeps its place; doing it twice is doing it once.
 * A platform that the image's own table lists is taken from there, another one from ours.
 */
export function retargetArgs(args: readonly string[], to: PlatformId, context: RetargetContext): RetargetPlan {
  const row = platform(to)
  const target = rulesFor(row, context)
  const source = sourceRow(args, context)
  const wanted = new Set([...target.adds.map((add) => add.arg), ...argsOf(row, context)])
  const old = source === undefined ? [] : argsOf(source, context)
  const dropped = new Set([...old.filter((arg) => !wanted.has(arg)), ...target.removes.map((remove) => remove.arg)])

  const ignitionId = ignitionIdFor(row, context.family)
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const [kernel, init] = [args.slice(0, end), args.slice(end)]
  const inKernel = kernel.some(isPlatformId)
  const withConsoles = target.consoles === null ? kernel : replaceGroup(kernel, isConsole, target.consoles)
  // Ignition reads the whole of /proc/cmdline, what stands after `--` as well.
  const withId = replaceGroup(withConsoles, isPlatformId, [`${PLATFORM_KEY}=${ignitionId}`])
  const kept = withId.filter((arg) => !dropped.has(arg))
  const initKept = replaceGroup(init, isPlatformId, inKernel ? [] : [`${PLATFORM_KEY}=${ignitionId}`])

  const added =
    context.addMissing === false ? [] : missing(kept, target, context.ignition && !initKept.some(isPlatformId) ? ignitionId : null)
  const next = [...kept, ...added, ...initKept]
  return describe(args, next, { row, source, target })
}

interface Rules {
  /** Whole arguments; null leaves consoles alone. */
  readonly consoles: readonly string[] | null
  /** `anyValue`: an argument of the same key is as good, because the image's maker chose its value. */
  readonly adds: readonly { readonly arg: string; readonly why: string; readonly anyValue: boolean }[]
  readonly removes: readonly { readonly arg: string; readonly why: string }[]
}

function rulesFor(row: PlatformRow, context: ConsoleContext & Pick<RetargetContext, 'extras'>): Rules {
  const listed = context.platformsJson?.get(ignitionIdFor(row, context.family))
  const level = context.extras ?? 'default'
  const plain = listed !== undefined || COREOS_FAMILIES.includes(context.family)
  const applies = (extra: PlatformArg) =>
    (extra.arches?.includes(context.arch) ?? true) && (level === 'all' || (level === 'default' && !plain && extra.byDefault))
  const extras = row.extraArgs.filter(applies).map(({ arg, why }) => ({ arg, why, anyValue: true }))
  const removes = row.removeArgs.filter(applies)
  if (listed === undefined) {
    return { consoles: row.consoles[context.arch]?.map((value) => `console=${value}`) ?? null, adds: extras, removes }
  }
  const why = `The image’s own table lists it for ${row.name}`
  const own = listed.kernelArguments.filter((arg) => !isConsole(arg)).map((arg) => ({ arg, why, anyValue: false }))
  return { consoles: listed.kernelArguments.filter(isConsole), adds: [...own, ...extras], removes }
}

/** What an image for that platform has beside its consoles. */
function argsOf(row: PlatformRow, context: ConsoleContext): string[] {
  const listed = context.platformsJson?.get(ignitionIdFor(row, context.family))
  if (listed !== undefined) return listed.kernelArguments.filter((arg) => !isConsole(arg))
  return row.extraArgs.filter((extra) => extra.byDefault).map((extra) => extra.arg)
}

function sourceRow(args: readonly string[], context: RetargetContext): PlatformRow | undefined {
  const found = context.fromId ?? valueOf(args.find(isPlatformId))
  return found === null ? undefined : findPlatform(found, context.family)
}

/** What the list still lacks, in the order in which gf-set-platform appends: the id, then the platform's arguments. */
function missing(args: readonly string[], target: Rules, ignitionId: string | null): string[] {
  const id = ignitionId === null || args.some(isPlatformId) ? [] : [`${PLATFORM_KEY}=${ignitionId}`]
  const consoles = args.some(isConsole) ? [] : (target.consoles ?? [])
  const adds = target.adds.filter((add) => !args.some((arg) => arg === add.arg || (add.anyValue && argKey(arg) === argKey(add.arg))))
  return [...id, ...consoles, ...adds.map((add) => add.arg)]
}

/** Puts `next` in the place of the first match and drops the other matches. Unchanged where nothing matches. */
function replaceGroup(args: readonly string[], matches: (arg: string) => boolean, next: readonly string[]): string[] {
  const first = args.findIndex(matches)
  return args.flatMap((arg, at) => (at === first ? next : matches(arg) ? [] : [arg]))
}

function describe(
  before: readonly string[],
  after: readonly string[],
  about: { readonly row: PlatformRow; readonly source: PlatformRow | undefined; readonly target: Rules },
): RetargetPlan {
  const rows = diffArgs(before, after)
  const removed = rows.filter((row) => row.state === 'removed').map((row) => row.arg)
  const added = rows.filter((row) => row.state === 'added').map((row) => row.arg)
  const moves = removed.filter((arg) => added.includes(arg))
  const leaves = removed.filter((arg) => !added.includes(arg))
  const arrives = added.filter((arg) => !removed.includes(arg))
  return {
    args: after,
    leaves,
    arrives,
    moves,
    ignitionId: valueOf(after.find(isPlatformId)),
    consoles: after
      .slice(0, after.includes('--') ? after.indexOf('--') : after.length)
      .flatMap((arg) => (isConsole(arg) ? [valueOf(arg) ?? ''] : [])),
    reasons: [
      ...leaves.map((arg) => ({ arg, why: whyLeaves(arg, about) })),
      ...moves.map((arg) => ({ arg, why: `The order of consoles on ${about.row.name}: the last one is primary` })),
      ...arrives.map((arg) => ({ arg, why: whyArrives(arg, after, about) })),
    ],
  }
}

function whyLeaves(
  arg: string,
  about: { readonly row: PlatformRow; readonly source: PlatformRow | undefined; readonly target: Rules },
): string {
  if (isPlatformId(arg)) return 'Names the platform that the image was made for'
  if (isConsole(arg))
    return about.target.consoles?.length === 0
      ? `The kernel chooses the console on ${about.row.name}`
      : `Not a console of ${about.row.name}`
  const listed = about.target.removes.find((remove) => remove.arg === arg)
  return listed?.why ?? `Belongs to ${about.source?.name ?? 'the old platform'}`
}

function whyArrives(arg: string, after: readonly string[], about: { readonly row: PlatformRow; readonly target: Rules }): string {
  if (isPlatformId(arg)) return `Ignition takes its configuration from: ${about.row.config}`
  if (isConsole(arg)) {
    const place = arg === after.findLast(isConsole) ? 'primary, it becomes /dev/console' : 'gets the kernel’s messages as well'
    return `Console of ${about.row.name}: ${place}`
  }
  return about.target.adds.find((add) => add.arg === arg)?.why ?? ''
}

function isConsole(arg: string): boolean {
  return argKey(arg) === 'console'
}

function isPlatformId(arg: string): boolean {
  return argKey(arg) === PLATFORM_KEY
}

function valueOf(arg: string | undefined): string | null {
  return arg === undefined ? null : argValue(arg)
}

/**
 * Lines for GRUB's console block on that platform, from the image's own table where that lists it. An empty list empties
 * the block; null leaves it as it is, because nothing is known.
 */
export function grubConsoleFor(to: PlatformId, context: ConsoleContext): readonly string[] | null {
  const row = platform(to)
  const listed = context.platformsJson?.get(ignitionIdFor(row, context.family))
  return listed === undefined ? row.grubConsole[context.arch] : listed.grubCommands
}
