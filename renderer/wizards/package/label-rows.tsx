import { ActionIcon, Button, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { FormRow } from '../../components/form-row.js'
import dialog from '../../features/containers/dialog-forms.module.css'

export interface LabelRow {
  readonly name: string
  readonly value: string
}

/** Rows without a name are not there yet. */
export function recordOf(rows: readonly LabelRow[]): Record<string, string> {
  return Object.fromEntries(rows.flatMap(({ name, value }) => (name.trim() === '' ? [] : [[name.trim(), value] as const])))
}

interface LabelRowsProps {
  readonly kind: 'label' | 'annotation'
  readonly rows: readonly LabelRow[]
  readonly onChange: (rows: readonly LabelRow[]) => void
}

export function LabelRows({ kind, rows, onChange }: LabelRowsProps) {
  const change = (at: number, part: Partial<LabelRow>) => onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))
  return (
    <FormRow name={kind === 'label' ? 'Labels' : 'Annotations'}>
      <div className={dialog.pairs}>
        {rows.map((row, index) => (
          // Rows have nothing else that tells them apart
          <div key={index} className={dialog.pair}>
            <TextInput
              size="xs"
              aria-label={`Name of ${kind} ${index + 1}`}
              placeholder="org.opencontainers.image.version"
              value={row.name}
              onChange={(event) => change(index, { name: event.currentTarget.value })}
              maxLength={200}
              spellCheck={false}
              classNames={{ input: 'mono' }}
            />
            <TextInput
              size="xs"
              aria-label={`Value of ${kind} ${index + 1}`}
              value={row.value}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
              maxLength={4096}
              spellCheck={false}
              classNames={{ input: 'mono' }}
            />
            <ActionIcon aria-label={`Remove ${kind} ${index + 1}`} onClick={() => onChange(rows.filter((_, at) => at !== index))}>
              <X size={14} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        <div>
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => onChange([...rows, { name: '', value: '' }])}
          >
            {kind === 'label' ? 'Add a label' : 'Add an annotation'}
          </Button>
        </div>
      </div>
    </FormRow>
  )
}
