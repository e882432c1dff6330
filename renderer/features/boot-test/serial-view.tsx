import { Button } from '@mantine/core'
import { Download, FolderSearch } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'
import { isActive } from '../jobs/job-words.js'
import styles from './serial-view.module.css'
import { useSerial } from './use-serial.js'

/** What the guest writes on its serial console, to read: it follows while the test runs, unless the reader has scrolled up. */
export function SerialView({ job }: { readonly job: Job }) {
  const { reportFailure } = useAppActions()
  const { text, error } = useSerial(job.id, isActive(job))
  const box = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const report = job.output?.bootTest
  const marks = new Map(report?.evidence.map(({ line, kind }) => [line, kind]))
  const save = () => call('bootTest.saveLog', { id: job.id }).catch(reportFailure)
  const isEmpty = text.lines.length === 0 && text.pending === ''

  useEffect(() => {
    const element = box.current
    if (element !== null && follows.current && text.lines.length > 0) element.scrollTop = element.scrollHeight
  }, [text])

  return (
    <section className={styles.serial} aria-label="Serial console">
      <div
        ref={box}
        className={styles.console}
        role="group"
        // A region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Serial console of the guest"
        onScroll={({ currentTarget: at }) => {
          follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < 24
        }}
      >
        {text.isCut && <p className={styles.dim}>Earlier lines are in the serial log.</p>}
        {text.lines.map((line, index) => (
          // Lines repeat; their place is what they are
          <p key={index} data-mark={marks.get(line)}>
            {visibleText(line)}
          </p>
        ))}
        {text.pending !== '' && <p data-mark={marks.get(text.pending)}>{visibleText(text.pending)}</p>}
        {isEmpty && <p className={styles.dim}>{isActive(job) ? 'The guest has written nothing yet.' : 'The guest wrote nothing.'}</p>}
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {report !== undefined && (
        <footer className={styles.tools}>
          <Button size="xs" leftSection={<Download size={14} aria-hidden />} onClick={() => void save()}>
            Save serial log…
          </Button>
          <Button
            size="xs"
            leftSection={<FolderSearch size={14} aria-hidden />}
            onClick={() => call('host.reveal', { path: report.serial.path }).catch(reportFailure)}
          >
            Show serial log in folder
          </Button>
        </footer>
      )}
    </section>
  )
}
