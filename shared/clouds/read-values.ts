import type { Field, FieldValue, FieldValues } from './field.js'
import type { CheckRow } from './upload-plan.js'

/** The values with the defaults of the fields that are there; what belongs to no field is left out. */
export function withDefaults(fields: readonly Field[], values: FieldValues): FieldValues {
  return Object.fromEntries(
    fields.flatMap((field): [string, FieldValue][] => {
      const value = isFilled(values[field.id]) ? values[field.id] : field.default
      return value === undefined ? [] : [[field.id, value]]
    }),
  )
}

export function isFilled(value: FieldValue | undefined): boolean {
  if (value === undefined) return false
  return typeof value === 'string' ? value.trim() !== '' : true
}

/** A text, or an empty one. */
export function textOf(values: FieldValues, id: string): string {
  const value = values[id]
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}

export function flagOf(values: FieldValues, id: string): boolean {
  return values[id] === true
}

export function numberOf(values: FieldValues, id: string): number | null {
  const value = values[id]
  return typeof value === 'number' ? value : null
}

export function listOf(values: FieldValues, id: string): readonly string[] {
  const value = values[id]
  return Array.isArray(value) ? value : []
}

export function tagsOf(values: FieldValues, id: string): Readonly<Record<string, string>> {
  const value = values[id]
  return typeof value === 'object' && !Array.isArray(value) ? value : {}
}

/** What the fields themselves demand: required ones filled in, patterns kept, choices known, numbers within their bounds. */
export function checkFields(fields: readonly Field[], values: FieldValues): CheckRow[] {
  return fields.flatMap((field) => {
    const found = problemOf(field, values[field.id])
    return found === null ? [] : [{ code: 'field-invalid', title: field.label, state: 'error' as const, found, field: field.id }]
  })
}

function problemOf(field: Field, value: FieldValue | undefined): string | null {
  if (!isFilled(value) || value === undefined) return field.required === true ? 'Has to be filled in' : null
  switch (field.kind) {
    case 'bool':
      return typeof value === 'boolean' ? null : 'Is yes or no'
    case 'int':
      return typeof value === 'number' && Number.isInteger(value) ? rangeProblem(field, value) : 'Is a whole number'
    case 'tags':
      return typeof value === 'object' && !Array.isArray(value) ? null : 'Is made of names and values'
    case 'list':
      return Array.isArray(value) ? null : 'Is a list'
    case 'select':
      return field.choices?.some((choice) => choice.value === value) === true ? null : `Is not one of ${choiceWords(field)}`
    case 'secret':
    case 'remote-select':
    case 'file':
    case 'text':
      return typeof value === 'string' ? patternProblem(field, value.trim()) : 'Is a text'
  }
}

function choiceWords(field: Field): string {
  return (field.choices ?? []).map(({ value }) => value).join(', ')
}

function rangeProblem({ min, max }: Field, value: number): string | null {
  if (min !== undefined && value < min) return `Is ${min} at least`
  if (max !== undefined && value > max) return `Is ${max} at most`
  return null
}

function patternProblem({ pattern }: Field, value: string): string | null {
  if (pattern === undefined || new RegExp(`^(?:${pattern.re})$`, 'u').test(value)) return null
  return pattern.message
}
