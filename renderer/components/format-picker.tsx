import { Radio, SegmentedControl } from '@mantine/core'
import { DISK_FORMATS, type DiskFormat, FORMATS } from '#shared/images/formats'
import styles from './format-picker.module.css'
import { NamedRadioGroup } from './named-radio-group.js'

interface FormatPickerProps {
  readonly format: DiskFormat
  readonly subformat: string
  readonly onChange: (format: DiskFormat, subformat: string) => void
}

/** Format, then its subformats with who reads them. */
export function FormatPicker({ format, subformat, onChange }: FormatPickerProps) {
  const { subformats } = FORMATS[format]
  const choose = (next: DiskFormat) => onChange(next, FORMATS[next].subformats[0]?.id ?? '')
  const only = subformats.length === 1 ? subformats[0] : undefined
  return (
    <>
      <SegmentedControl
        fullWidth
        aria-label="Format"
        value={format}
        onChange={(value) => choose(value)}
        data={DISK_FORMATS.map((id) => ({ value: id, label: FORMATS[id].label }))}
      />
      {only !== undefined ? (
        <p className="dim">
          {only.label}. {only.hint}.
        </p>
      ) : (
        <NamedRadioGroup name="Subformat" value={subformat} onChange={(value) => onChange(format, value)}>
          <div className={styles.options}>
            {subformats.map((row) => (
              <Radio
                key={row.id}
                value={row.id}
                size="xs"
                label={row.label}
                description={row.hint}
                classNames={{ body: styles.option, label: styles.label, description: styles.hint }}
              />
            ))}
          </div>
        </NamedRadioGroup>
      )}
    </>
  )
}
