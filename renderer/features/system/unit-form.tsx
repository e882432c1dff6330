import { SegmentedControl, TextInput } from '@mantine/core'
import { EditFormView } from './edit-form-view.js'
import styles from './system-tab.module.css'
import { type FormTarget, useEditForm } from './use-edit-form.js'

const EFFECTS: Readonly<Record<string, string>> = {
  enabled: 'Starts at boot: the links that its [Install] section asks for are made.',
  disabled: 'Does not start at boot by itself. Other units may still start it.',
  masked: 'Cannot be started at all, by nothing.',
  unmasked: 'Takes a mask away; it is then as it was before.',
}

export function UnitForm({ target }: { readonly target: FormTarget }) {
  const form = useEditForm(target, { unit: '', state: 'enabled' }, ({ unit, state }) => ({
    kind: 'systemd-unit',
    unit: /\.[a-z]+$/.test(unit.trim()) || unit.trim() === '' ? unit.trim() : `${unit.trim()}.service`,
    state,
  }))
  return (
    <EditFormView title="Services" about={EFFECTS[form.fields.state]} action="Stage the unit" onSubmit={form.submit}>
      <SegmentedControl
        size="xs"
        aria-label="What becomes of the unit"
        className={styles.start ?? ''}
        value={form.fields.state}
        onChange={(state) => form.set('state', state)}
        data={[
          { value: 'enabled', label: 'Enable' },
          { value: 'disabled', label: 'Disable' },
          { value: 'masked', label: 'Mask' },
          { value: 'unmasked', label: 'Unmask' },
        ]}
      />
      <TextInput
        label="Unit"
        placeholder="sshd.service"
        className={styles.field ?? ''}
        value={form.fields.unit}
        onChange={(event) => form.set('unit', event.currentTarget.value)}
        error={form.problem('unit')}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: styles.mono ?? '' }}
      />
    </EditFormView>
  )
}
