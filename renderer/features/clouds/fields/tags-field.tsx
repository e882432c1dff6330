import { ActionIcon, Button, Input, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { type FieldProps, fieldElement } from './field-view.js'
import styles from './fields.module.css'

interface TagRow {
  readonly name: string
  readonly value: string
}

/** Rows without a name are not there yet; of two that share one the last holds. */
function recordOf(rows: readonly TagRow[]): Record<string, string> {
  return Object.fromEntries(rows.flatMap(({ name, value }) => (name.trim() === '' ? [] : [[name.trim(), value] as const])))
}

/** Names and values. */
export function TagsField({ field, value, problem, onChange }: FieldProps) {
  const known = typeof value === 'object' && !Array.isArray(value) ? value : {}
  const [rows, setRows] = useState<readonly TagRow[]>(() => Object.entries(known).map(([name, text]) => ({ name, value: text })))
  const take = (next: readonly TagRow[]) => {
    setRows(next)
    onChange(recordOf(next))
  }
  const change = (at: number, part: Partial<TagRow>) => take(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))
  return (
    <Input.Wrapper
      id={fieldElement(field.id)}
      label={field.label}
      description={field.help}
      error={problem}
      withAsterisk={field.required === true}
      labelElement="div"
    >
      <div className={styles.tags}>
        {rows.map((row, index) => (
          // Rows have nothing else that tells them apart
          <div key={index} className={styles.tag}>
            <TextInput
              size="xs"
              aria-label={`${field.label}: name ${index + 1}`}
              placeholder="name"
              value={row.name}
              onChange={(event) => change(index, { name: event.currentTarget.value })}
              maxLength={256}
              spellCheck={false}
            />
            <TextInput
              size="xs"
              aria-label={`${field.label}: value ${index + 1}`}
              placeholder="value"
              value={row.value}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
              maxLength={4096}
              spellCheck={false}
            />
            <ActionIcon
              aria-label={`${field.label}: remove ${row.name === '' ? index + 1 : row.name}`}
              onClick={() => take(rows.filter((_, at) => at !== index))}
            >
              <X size={14} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        <div>
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Plus size={14} aria-hidden />}
            aria-label={`${field.label}: add one`}
            onClick={() => setRows([...rows, { name: '', value: '' }])}
          >
            Add
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  )
}
