import type { BootEntry } from '../../boot/boot-entry.js'
import { checkArguments } from '../../boot/arguments/check-arguments.js'
import { argKey } from '../../boot/kernel-args.js'
import { type HealthCheck, pass, type Verdict } from '../check.js'
import { bootableEntries, defaultEntry } from '../facts.js'
import { entryName, shorten } from '../words.js'

/** Kernel arguments by themselves: twice, contradicting, misspelt, left from debugging. */
export const ARGUMENT_HEALTH: readonly HealthCheck[] = [
  {
    id: 'arguments',
    group: 'arguments',
    title: 'Kernel arguments',
    run: (facts) => {
      const entries = bootableEntries(facts).filter(startsKernel)
      const standard = defaultEntry(facts)?.id
      const found = entries.flatMap((entry) => problemsOf(entry, entry.id === standard))
      if (found.length > 0) return merged(found)
      return entries.length === 0 ? [] : pass('None contradicts another, is misspelt or was left from debugging.')
    },
  },
]

interface Found extends Verdict {
  readonly about: string
  readonly entry: BootEntry
}

/** Firmware set-up, shells and other boot loaders stand in menus too. */
function startsKernel(entry: BootEntry): boolean {
  return entry.linux !== null || entry.loader === 'uki' || (entry.efi !== null && entry.args.length > 0)
}

function problemsOf(entry: BootEntry, isDefault: boolean): Found[] {
  // Entries for recovery boot into a rescue shell on purpose; devices of root= and consoles have checks of their own.
  const passedOver = (code: string, words: readonly string[]): boolean =>
    code === 'console-primary' ||
    (code === 'leftover-rescue' && !isDefault) ||
    (code === 'unstable-device' && words.every((word) => argKey(word) === 'root'))
  return checkArguments(entry.args).flatMap((problem): Found[] => {
    const words = problem.args.map((index) => entry.args[index] ?? '')
    if (passedOver(problem.code, words)) return []
    const mends = problem.fix !== undefined && problem.fix.length > 0 && entry.problem === null
    const found: Found = {
      entry,
      severity: problem.severity,
      about: `${problem.code}:${words.join(' ')}`,
      title: words.length === 0 ? 'An argument is missing' : words.join(' '),
      text: problem.text,
      evidence: [entryName(entry)],
    }
    if (!mends) return [found]
    return [{ ...found, fix: [{ kind: 'kernel-args', entry: entry.id, changes: [...(problem.fix ?? [])] }], fixLabel: 'Correct it' }]
  })
}

/** Entries of one image have much in common: the same problem is said once, and mended in each. */
function merged(found: readonly Found[]): Verdict[] {
  const groups = new Map<string, Found[]>()
  for (const one of found) groups.set(one.about, [...(groups.get(one.about) ?? []), one])
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    const all = [first, ...others]
    const { entry: _entry, ...verdict } = first
    const fix = all
      .filter((one, at) => !all.slice(0, at).some((other) => shareArguments(one.entry, other.entry)))
      .flatMap((one) => one.fix ?? [])
    return [{ ...verdict, evidence: shorten(all.flatMap(({ evidence }) => evidence ?? [])), fix }]
  })
}

/** What is mended in one of them is mended in the other. */
function shareArguments(one: BootEntry, other: BootEntry): boolean {
  const shared = one.sources.filter((source) => source.shared).map(({ file, what }) => `${file} ${what}`)
  return other.sources.some((source) => source.shared && shared.includes(`${source.file} ${source.what}`))
}
