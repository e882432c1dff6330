import type { Field, FieldGroup, FieldValues } from '#shared/clouds/field'
import { checkFields, withDefaults } from '#shared/clouds/read-values'
import type { CheckRow } from '#shared/clouds/upload-plan'

/** Steps of the wizard, in order. What comes out at the end shows where it ran. */
export const STEP_IDS = ['target', 'account', 'destination', 'image', 'check', 'review', 'run'] as const
export type StepId = (typeof STEP_IDS)[number]

export const STEP_TITLES: Readonly<Record<StepId, string>> = {
  target: 'Target',
  account: 'Account',
  destination: 'Destination',
  image: 'Image',
  check: 'Check',
  review: 'Review',
  run: 'Run',
}

/** One line of what each is for. */
export const STEP_WORDS: Readonly<Record<StepId, string>> = {
  target: 'Where the image is to boot. It is converted on the way where that is needed.',
  account: 'What is on this machine is offered; nothing is asked that can be read.',
  destination: 'Where it goes. Lists come from the provider; what is not in them can be typed.',
  image: 'What is in the image decides the settings; they can be changed.',
  check: 'Everything that can be checked is checked before anything is uploaded.',
  review: 'Nothing has been sent yet. This is all that will happen.',
  run: 'It goes on while this window shows something else; what breaks off can be resumed.',
}

const GROUPS: Readonly<Partial<Record<StepId, readonly FieldGroup[]>>> = {
  account: ['account', 'connection'],
  destination: ['destination'],
  image: ['image', 'advanced'],
}

/** Groups that are folded, as they rarely need a change. */
const FOLDED: ReadonlySet<FieldGroup> = new Set(['connection', 'advanced'])

export function isFolded({ group }: Pick<Field, 'group'>): boolean {
  return FOLDED.has(group)
}

/** Fields of a step, in the order of the form. */
export function fieldsOfStep(step: StepId, fields: readonly Field[]): Field[] {
  const groups = GROUPS[step] ?? []
  return fields.filter(({ group }) => groups.includes(group))
}

/** The step that a field is filled in at. */
export function stepOfField(id: string, fields: readonly Field[]): StepId | null {
  const field = fields.find((one) => one.id === id)
  if (field === undefined) return null
  return STEP_IDS.find((step) => GROUPS[step]?.includes(field.group)) ?? null
}

/** A provider that has nothing to choose at a destination has no such step. */
export function shownSteps(fields: readonly Field[]): StepId[] {
  return STEP_IDS.filter((step) => step !== 'destination' || fieldsOfStep(step, fields).length > 0)
}

export function nextStep(step: StepId, steps: readonly StepId[]): StepId {
  return steps[steps.indexOf(step) + 1] ?? step
}

export function previousStep(step: StepId, steps: readonly StepId[]): StepId {
  return steps[Math.max(0, steps.indexOf(step) - 1)] ?? step
}

export function isBefore(one: StepId, other: StepId): boolean {
  return STEP_IDS.indexOf(one) < STEP_IDS.indexOf(other)
}

/** What keeps a step from being done, by field. */
export function problemsOfStep(step: StepId, fields: readonly Field[], values: FieldValues): ReadonlyMap<string, string> {
  const rows = checkFields(fieldsOfStep(step, fields), withDefaults(fields, values))
  return new Map(rows.flatMap(({ field, found }): [string, string][] => (field === undefined ? [] : [[field, found]])))
}

/** How many rows stand in the way, and how many are to be thought about. */
export function checkTotals(rows: readonly CheckRow[]): { readonly errors: number; readonly warnings: number } {
  return {
    errors: rows.filter(({ state }) => state === 'error').length,
    warnings: rows.filter(({ state }) => state === 'warning').length,
  }
}
