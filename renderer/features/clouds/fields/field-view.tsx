import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core'
import type { Field, FieldValue, FieldValues } from '#shared/clouds/field'
import type { ProviderId } from '#shared/clouds/provider-ids'
import type { SourceFacts } from '#shared/clouds/source-facts'
import { FileField } from './file-field.js'
import { ListField } from './list-field.js'
import { RemoteSelect } from './remote-select.js'
import { SecretField } from './secret-field.js'
import styles from './fields.module.css'
import { TagsField } from './tags-field.js'

/** What a field needs to know of the form around it. */
export interface FieldContext {
  readonly provider: ProviderId
  readonly upload: string
  readonly facts: SourceFacts | null
  readonly fields: readonly Field[]
  /** With defaults. */
  readonly values: FieldValues
}

export interface FieldProps {
  readonly field: Field
  /** What was filled in, else the default. */
  readonly value: FieldValue | undefined
  /** Why it cannot stay like this; undefined while there is nothing to say. */
  readonly problem: string | undefined
  readonly context: FieldContext
  readonly onChange: (value: FieldValue) => void
}

/** A field of any provider: the kind decides how it looks, the provider everything else. */
export function FieldView(props: FieldProps) {
  const { field, value, problem, onChange } = props
  const common = {
    id: fieldElement(field.id),
    label: field.label,
    description: field.help,
    error: problem,
    withAsterisk: field.required === true,
  }
  switch (field.kind) {
    case 'text':
      return (
        <TextInput
          {...common}
          placeholder={placeholderOf(field)}
          value={textValue(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
        />
      )
    case 'int':
      return (
        <NumberInput
          {...common}
          placeholder={placeholderOf(field)}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(next)}
          allowDecimal={false}
          {...(field.min !== undefined && field.min >= 0 ? { allowNegative: false } : {})}
          clampBehavior="none"
          classNames={{ wrapper: styles.number ?? '' }}
        />
      )
    case 'bool':
      return (
        <Checkbox
          id={common.id}
          label={field.label}
          description={field.help}
          error={problem}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'select':
      return (
        <Select
          {...common}
          placeholder={placeholderOf(field)}
          data={(field.choices ?? []).map((choice) => ({ value: choice.value, label: choice.label }))}
          renderOption={({ option }) => <ChoiceWords label={option.label} help={helpOf(field, option.value)} />}
          value={typeof value === 'string' ? value : null}
          onChange={(next) => next !== null && onChange(next)}
        />
      )
    case 'secret':
      return <SecretField key={textValue(value)} {...props} />
    case 'remote-select':
      return <RemoteSelect {...props} />
    case 'file':
      return <FileField {...props} />
    case 'tags':
      return <TagsField {...props} />
    case 'list':
      return <ListField {...props} />
  }
}

/** Where a check leads to. */
export function fieldElement(id: string): string {
  return `ship-field-${id}`
}

export function textValue(value: FieldValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** What holds where nothing is filled in. */
export function placeholderOf({ placeholder, default: usual }: Field): string {
  return placeholder ?? (typeof usual === 'string' || typeof usual === 'number' ? String(usual) : '')
}

function helpOf({ choices = [] }: Field, value: string): string | undefined {
  return choices.find((choice) => choice.value === value)?.help
}

/** A choice, and one line of what to know of it. */
export function ChoiceWords({ label, help }: { readonly label: string; readonly help: string | undefined }) {
  return (
    <span>
      <span>{label}</span>
      {help !== undefined && (
        <span className="dim" style={{ display: 'block', fontSize: 12 }}>
          {help}
        </span>
      )}
    </span>
  )
}
