import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { type FieldProps, fieldElement } from './field-view.js'

/** Several texts, one a line. */
export function ListField({ field, value, problem, onChange }: FieldProps) {
  const items = Array.isArray(value) ? value : []
  const [text, setText] = useState(() => items.join('\n'))
  return (
    <Textarea
      id={fieldElement(field.id)}
      label={field.label}
      description={field.help === undefined ? 'One a line.' : `${field.help.replace(/\.?$/, '.')} One a line.`}
      error={problem}
      withAsterisk={field.required === true}
      placeholder={field.placeholder ?? ''}
      rows={Math.min(6, Math.max(2, items.length + 1))}
      // What stands in the field is what was typed; blank lines are no items.
      value={sameItems(linesOf(text), items) ? text : items.join('\n')}
      onChange={(event) => {
        setText(event.currentTarget.value)
        onChange(linesOf(event.currentTarget.value))
      }}
      spellCheck={false}
      classNames={{ input: 'mono' }}
    />
  )
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at])
}
