import { Button, FileButton } from '@mantine/core'
import { FileUp, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useAppActions } from '../../components/app-actions.js'
import styles from './system-tab.module.css'

interface EditFormViewProps {
  readonly title: string
  readonly about: ReactNode
  /** What the button stages: `Stage host name`. */
  readonly action: string
  readonly onSubmit: () => void
  readonly children?: ReactNode
}

/** One form: what it changes, its fields, and the button that stages. */
export function EditFormView({ title, about, action, onSubmit, children }: EditFormViewProps) {
  return (
    <form
      className={styles.form}
      aria-label={title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <h2>{title}</h2>
      <p className={styles.about}>{about}</p>
      {children}
      <div className={styles.submit}>
        <Button type="submit" variant="filled" leftSection={<Plus size={15} aria-hidden />}>
          {action}
        </Button>
        <span className="caption">Nothing is written until you save.</span>
      </div>
    </form>
  )
}

interface LoadFileProps {
  readonly label: string
  readonly maxBytes: number
  readonly onText: (text: string) => void
}

/** Fills a field with the text of a file of this machine. */
export function LoadFile({ label, maxBytes, onText }: LoadFileProps) {
  const { reportFailure } = useAppActions()
  const load = (file: File | null) => {
    if (file === null) return
    if (file.size > maxBytes) reportFailure(new Error(`${file.name} is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB`))
    else void file.text().then(onText, reportFailure)
  }
  return (
    <FileButton onChange={load}>
      {(props) => (
        <Button {...props} size="xs" leftSection={<FileUp size={14} aria-hidden />}>
          {label}
        </Button>
      )}
    </FileButton>
  )
}
