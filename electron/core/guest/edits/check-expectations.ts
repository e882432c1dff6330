import { createHash } from 'node:crypto'
import type { Difference, Expectation } from '#shared/recipes/expectation'
import type { GuestDraft } from '../draft.js'
import type { EditContext } from './edit-handler.js'

const MAX_BYTES = 64 * 1024 * 1024

type Check<K extends Expectation['kind']> = (
  context: EditContext,
  expected: Extract<Expectation, { kind: K }>,
  osName: string | null,
) => Promise<Difference[]>

const CHECKS: { readonly [K in Expectation['kind']]: Check<K> } = {
  'boot-entry': async (context, expected) => {
    const { entries } = await context.boot()
    const entry = entries.find((one) => (expected.entry === 'default' ? one.isDefault : one.id === expected.entry))
    const what = `Boot entry ${expected.entry}`
    if (!entry) return [{ what, expected: 'an entry of that id', found: entries.map((one) => one.id).join(', ') || 'no boot entries' }]
    const found = entry.args.join(' ')
    return [
      ...(expected.has ?? []).filter((arg) => !entry.args.includes(arg)).map((arg) => ({ what, expected: `the argument ${arg}`, found })),
      ...(expected.lacks ?? []).filter((arg) => entry.args.includes(arg)).map((arg) => ({ what, expected: `no argument ${arg}`, found })),
    ]
  },
  file: async (context, expected) => {
    const place = await context.locate(expected).catch(() => null)
    const entry = place && (await context.draft.find(place.partition, place.path))
    const wanted = expected.exists ?? true
    const what = expected.path
    if (!entry || !place) return wanted ? [{ what, expected: 'to be there', found: 'nothing' }] : []
    if (!wanted) return [{ what, expected: 'nothing of that name', found: `a ${entry.kind}` }]
    if (expected.sha256 === undefined) return []
    const hash = await hashOf(context.draft, place)
    return hash === expected.sha256 ? [] : [{ what, expected: `SHA-256 ${expected.sha256}`, found: hash }]
  },
  partition: async ({ draft }, expected) => {
    const partition = draft.partitions.find(({ number }) => number === expected.partition)
    const what = `Partition ${expected.partition}`
    if (!partition)
      return [{ what, expected: 'to be there', found: `partitions ${draft.partitions.map(({ number }) => number).join(', ')}` }]
    const { filesystem } = partition
    const kernelType = filesystem?.kind === 'fat' ? 'vfat' : filesystem?.type
    const rows = [
      ['file system', expected.filesystem, kernelType],
      ['label', expected.label, filesystem?.label],
      ['UUID', expected.uuid, filesystem?.uuid],
    ] as const
    return rows.flatMap(([name, wanted, found]) =>
      wanted === undefined || wanted === found ? [] : [{ what, expected: `${name} ${wanted}`, found: found ?? 'none' }],
    )
  },
  os: async (_context, { contains }, osName) =>
    osName?.toLowerCase().includes(contains.toLowerCase())
      ? []
      : [{ what: 'System', expected: `a name with "${contains}"`, found: osName ?? 'no system' }],
}

/** Every expectation that does not hold. */
export async function checkExpectations(
  context: EditContext,
  expects: readonly Expectation[],
  osName: string | null,
): Promise<Difference[]> {
  const found: Difference[] = []
  for (const expected of expects) found.push(...(await (CHECKS[expected.kind] as Check<Expectation['kind']>)(context, expected, osName)))
  return found
}

async function hashOf(draft: GuestDraft, place: { partition: number; path: string }): Promise<string> {
  try {
    const bytes = await draft.read(place.partition, place.path, MAX_BYTES)
    return createHash('sha256').update(bytes).digest('hex')
  } catch (thrown) {
    return `a file that cannot be read (${thrown instanceof Error ? thrown.message : String(thrown)})`
  }
}
