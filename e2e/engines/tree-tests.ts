import fs from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { OperationOutcome } from '#core/guest/engine'
import { type DiskCase, NEW_TYPE, NEW_UUIDS, TYPE_CASES, UUID_CASES } from './disk-cases'
import type { DiskLook, look } from './look'
import type { Place } from './observe'
import { P } from './subject'
import { type Expected, TREE_CASES, type TreeCase } from './tree-cases'

export interface TreeResult {
  /** Of the tree cases and then of the UUID cases. */
  readonly outcomes: readonly OperationOutcome[]
  readonly secondOutcomes: readonly OperationOutcome[]
  /** After the first round. */
  readonly looks: Awaited<ReturnType<typeof look>>
  readonly afterTypes: DiskLook
}

interface Sight extends Expected {
  readonly name: string
  readonly partition: number
  readonly filesystem: string
}

/** Everything that the cases want to see, in their order. */
function sights(cases: readonly TreeCase[]): Sight[] {
  return cases.flatMap(({ name, operation, expected }) => {
    if (!('filesystem' in operation)) return []
    const { partition, filesystem } = operation
    return expected.map((one) => ({ ...one, name: `${name}: ${JSON.stringify(one.path)}`, partition, filesystem }))
  })
}

export const treePlaces = (cases: readonly TreeCase[]): Place[] => sights(cases)

const codeOf = (outcome: OperationOutcome | undefined): string | null => (outcome?.ok === false ? outcome.error.code : null)

export function outcomeTests(cases: readonly (DiskCase | TreeCase)[], outcomes: () => readonly OperationOutcome[]): void {
  test.each(cases.map((one, index) => ({ ...one, index })))('$name', ({ index, error }) => {
    const outcome = outcomes()[index]
    expect(outcome).toBeDefined()
    expect(codeOf(outcome), JSON.stringify(outcome)).toBe(error)
  })
}

/** New files, folders and links, names, removals and attributes, as a fresh boot sees them. */
export function treeTests(result: () => TreeResult): void {
  outcomeTests(TREE_CASES, () => result().outcomes)

  test.each(sights(TREE_CASES).map((one, index) => ({ ...one, index })))('afterwards: $name', async ({ look: wanted, index }) => {
    const seen = result().looks.places[index]
    if (wanted === null) {
      expect(seen).toBeNull()
      return
    }
    expect(seen).toBeTruthy()
    if (!seen) return
    const { hostFile, ...rest } = wanted
    const { content, ...attributes } = seen
    expect({ ...attributes, ...('content' in rest ? { content: content.toString('utf8') } : {}) }).toMatchObject(rest)
    if (hostFile !== undefined) expect(content.equals(await fs.readFile(hostFile))).toBe(true)
  })
}

/** What was done to the whole disk. */
export function diskTests(result: () => TreeResult): void {
  outcomeTests(UUID_CASES, () => result().outcomes.slice(TREE_CASES.length))
  outcomeTests(TYPE_CASES, () => result().secondOutcomes)

  test.each([...NEW_UUIDS])('the UUID of partition %i is %s', (partition, uuid) => {
    expect(result().looks.disk.uuids.get(partition)).toBe(uuid)
  })

  test('the backup GPT is at the end of the disk, and no type was changed by that', () => {
    const { verify, table } = result().looks.disk
    expect(verify).not.toMatch(/backup GPT|mismatch/)
    expect(verify).toMatch(/No errors detected/)
    expect(typeOf(table, P.garbage)).not.toBe(NEW_TYPE)
  })

  test('one type was changed, and nothing else of the table', () => {
    const { looks, afterTypes } = result()
    expect(typeOf(afterTypes.table, P.garbage)).toBe(NEW_TYPE)
    const without = (table: string): string[] => table.split('\n').filter((line) => !line.startsWith(`/dev/ubda${P.garbage} `))
    expect(without(afterTypes.table)).toEqual(without(looks.disk.table))
  })
}

/** As `sfdisk -d` writes it. */
export function typeOf(table: string, partition: number): string | undefined {
  return new RegExp(`^/dev/ubda${partition} :.*type=([0-9A-Fa-f-]+)`, 'm').exec(table)?.[1]
}
