import { Button, Modal } from '@mantine/core'
import { Download } from 'lucide-react'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { CopyButton } from '../../components/copy-button.js'
import { visibleLines } from '../../components/visible-text.js'
import styles from './script-dialog.module.css'

interface ScriptDialogProps {
  readonly path: string
  readonly script: string
  readonly onClose: () => void
}

/** The staged edits as a shell script, to read, copy or keep. */
export function ScriptDialog({ path, script, onClose }: ScriptDialogProps) {
  const { reportFailure } = useAppActions()
  const save = () => call('edits.saveText', { source: path, suffix: '-edits', extension: 'sh', text: script }).catch(reportFailure)
  return (
    <Modal opened onClose={onClose} title="The staged edits as a shell script" size={820} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={styles.body}>
        <p className="dim">The same work with guestfish and qemu-img. Diskwright also verifies what it writes; the script does not.</p>
        <pre className={`mono selectable ${styles.script}`} tabIndex={0} aria-label="Shell script">
          {visibleLines(script)}
        </pre>
        <div className={styles.actions}>
          <CopyButton text={script} label="Copy script" word="Copy" />
          <Button size="xs" leftSection={<Download size={14} aria-hidden />} onClick={save}>
            Save script…
          </Button>
        </div>
      </div>
    </Modal>
  )
}
