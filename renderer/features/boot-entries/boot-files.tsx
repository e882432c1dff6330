import { Modal } from '@mantine/core'
import { memo, useState } from 'react'
import type { BootFile, BootReport } from '#shared/boot/boot-entry'
import { Badge } from '../../components/badge.js'
import { CopyButton } from '../../components/copy-button.js'
import { PathText } from '../../components/path-text.js'
import { visibleLines, visibleText } from '../../components/visible-text.js'
import { fileRole, KIND_WORDS } from './boot-file-words.js'
import styles from './boot-files.module.css'

interface BootFilesProps {
  readonly report: BootReport
  readonly partitionLabel: (partition: number) => string
  readonly openAtFirst?: boolean
}

/** Every file that says how the image boots, and whether it counts. */
export const BootFiles = memo(
  function BootFiles({ report, partitionLabel, openAtFirst = false }: BootFilesProps) {
    const [shown, setShown] = useState<string | null>(null)
    const file = report.files.find(({ id }) => id === shown)
    if (report.files.length === 0) return null
    return (
      <details className={`card ${styles.files}`} open={openAtFirst}>
        <summary>
          <h2>Boot files</h2>
          <span className="dim">{report.files.length}</span>
        </summary>
        <ul className={styles.list}>
          {report.files.map((one) => {
            const role = fileRole(one, report)
            return (
              <li key={one.id} className={styles.file}>
                <button type="button" className={styles.open} onClick={() => setShown(one.id)}>
                  <span className={styles.path}>
                    <span className="faint mono">{visibleText(partitionLabel(one.partition))}:&nbsp;</span>
                    <PathText path={one.path} />
                  </span>
                  <span className="dim">{KIND_WORDS[one.kind]}</span>
                </button>
                <Badge tone={role.tone} title={visibleText(role.why)}>
                  {role.word}
                </Badge>
              </li>
            )
          })}
        </ul>
        {file !== undefined && <BootFileDialog file={file} report={report} onClose={() => setShown(null)} />}
      </details>
    )
  },
  // The labels change with the image only, and then the report does too
  (left, right) => left.report === right.report && left.openAtFirst === right.openAtFirst,
)

interface BootFileDialogProps {
  readonly file: BootFile
  readonly report: BootReport
  readonly onClose: () => void
}

function BootFileDialog({ file, report, onClose }: BootFileDialogProps) {
  const role = fileRole(file, report)
  return (
    <Modal opened onClose={onClose} title={visibleText(file.path)} size={820} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={styles.dialog}>
        <p className="dim">
          {KIND_WORDS[file.kind]}
          {file.realPath !== file.path && <span className="mono">, written as {visibleText(file.realPath)}</span>}. {visibleText(role.why)}
        </p>
        <pre className={`mono selectable ${styles.text}`} tabIndex={0} aria-label={`Text of ${visibleText(file.path)}`}>
          {visibleLines(file.text)}
        </pre>
        <div>
          <CopyButton text={file.text} label="Copy text" word="Copy" />
        </div>
      </div>
    </Modal>
  )
}
