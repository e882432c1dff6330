import { ActionIcon, Textarea, UnstyledButton } from '@mantine/core'
import { X } from 'lucide-react'
import { useId } from 'react'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { PathText } from '../../components/path-text.js'
import type { GivenChoice } from '../../features/boot-test/first-boot-choices.js'
import styles from './boot-test-form.module.css'

interface GivenTextFieldProps {
  readonly label: string
  readonly placeholder?: string
  readonly value: GivenChoice
  readonly onChange: (value: GivenChoice) => void
}

/** A text that is typed, or a file that holds it when the test begins. */
export function GivenTextField({ label, placeholder, value, onChange }: GivenTextFieldProps) {
  const { reportFailure } = useAppActions()
  const id = useId()
  const choose = async () => {
    const chosen = await call('files.chooseHost', { several: false })
    const file = chosen?.files[0]?.path
    if (file !== undefined) onChange({ file })
  }
  if ('file' in value) {
    return (
      <div className={styles.given}>
        <span className={styles.givenHead}>{label}</span>
        <span className={styles.file}>
          <PathText path={value.file} />
          <ActionIcon size="sm" aria-label={`${label}: without the file`} onClick={() => onChange({ text: '' })}>
            <X size={14} aria-hidden />
          </ActionIcon>
        </span>
      </div>
    )
  }
  return (
    <div className={styles.given}>
      <span className={styles.givenHead}>
        <label htmlFor={id}>{label}</label>
        <UnstyledButton
          className={styles.fromFile ?? ''}
          aria-label={`${label}: from a file`}
          onClick={() => void choose().catch(reportFailure)}
        >
          From a file…
        </UnstyledButton>
      </span>
      <Textarea
        id={id}
        classNames={{ input: 'mono' }}
        rows={value.text.includes('\n') ? 5 : 2}
        placeholder={placeholder ?? ''}
        maxLength={1024 ** 2}
        value={value.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
        spellCheck={false}
      />
    </div>
  )
}
