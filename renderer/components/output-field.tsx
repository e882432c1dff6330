import { Button } from '@mantine/core'
import { FolderPen } from 'lucide-react'
import styles from './output-field.module.css'
import { PathText } from './path-text.js'

interface OutputFieldProps {
  readonly label: string
  /** Empty while it is being suggested. */
  readonly path: string
  readonly note?: string
  readonly onChoose: () => void
}

/** Where the result goes. Only the save dialog may name another place, so the path is shown, not typed. */
export function OutputField({ label, path, note, onChoose }: OutputFieldProps) {
  return (
    <div className={styles.field}>
      <span className={styles.path}>{path === '' ? <span className="dim">Choosing a free name…</span> : <PathText path={path} />}</span>
      <Button size="xs" leftSection={<FolderPen size={14} aria-hidden />} aria-label={`${label}: choose another place`} onClick={onChoose}>
        Choose…
      </Button>
      {note !== undefined && <span className={styles.note}>{note}</span>}
    </div>
  )
}
