import { Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { DiskFormat } from '#shared/images/formats'
import { type FormatOption, offeredOptions } from '#shared/images/format-options'
import { formatBytes } from '#shared/text/bytes'
import { formatOptionsQuery } from '../../api/queries.js'
import styles from './format-options.module.css'
import type { OptionChoices } from './option-choices.js'

interface FormatOptionsProps {
  readonly format: DiskFormat
  readonly subformat: string
  readonly choices: OptionChoices
  readonly onChange: (choices: OptionChoices) => void
}

/** What else can be said about the target, of what the installed qemu-img knows; folded, for nearly nobody needs it. */
export function FormatOptions({ format, subformat, choices, onChange }: FormatOptionsProps) {
  const installed = useQuery(formatOptionsQuery)
  const rows = offeredOptions(format, subformat, installed.data?.[format] ?? [])
  if (rows.length === 0) return null
  const given = rows.filter((row) => choices[row.name] !== undefined).length
  const set = (name: string, value: string) => {
    const { [name]: _before, ...others } = choices
    onChange(value === '' ? others : { ...others, [name]: value })
  }
  return (
    <details className={styles.options}>
      <summary>{given === 0 ? 'Further options' : `Further options, ${given} chosen`}</summary>
      <div className={styles.grid}>
        {rows.map((row) => (
          <OptionField key={row.name} row={row} value={choices[row.name] ?? ''} onChange={(value) => set(row.name, value)} />
        ))}
      </div>
    </details>
  )
}

function OptionField({ row, value, onChange }: { row: FormatOption; value: string; onChange: (value: string) => void }) {
  const words = { label: row.label, description: row.hint, size: 'xs' } as const
  const { values } = row
  if (values.kind === 'text') {
    const wrong = value !== '' && !values.pattern.test(value)
    return (
      <TextInput
        {...words}
        value={value}
        placeholder={`Usual: ${row.usual}`}
        error={wrong ? `Such as ${values.example}` : undefined}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
    )
  }
  return (
    <Select
      {...words}
      value={value}
      data={[{ value: '', label: `Usual: ${usualWords(row)}` }, ...choicesOf(row)]}
      onChange={(next) => onChange(next ?? '')}
      allowDeselect={false}
      comboboxProps={{ withinPortal: true }}
    />
  )
}

function choicesOf({ values }: FormatOption): { value: string; label: string }[] {
  if (values.kind === 'choice') return [...values.choices]
  if (values.kind === 'size') return values.choices.map((bytes) => ({ value: `${bytes}`, label: formatBytes(bytes) }))
  if (values.kind === 'number') return values.choices.map((count) => ({ value: `${count}`, label: `${count}` }))
  return [
    { value: 'on', label: 'On' },
    { value: 'off', label: 'Off' },
  ]
}

function usualWords(row: FormatOption): string {
  return choicesOf(row).find((choice) => choice.value === row.usual)?.label ?? row.usual
}
