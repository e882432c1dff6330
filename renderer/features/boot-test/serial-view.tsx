import { useEffect, useRef } from 'react'
import type { BootEvidence } from '#shared/boot-test/boot-test-report'
import type { Job } from '#shared/jobs/job'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'
import { isActive } from '../jobs/job-words.js'
import styles from './serial-view.module.css'
import { useSerial } from './use-serial.js'

/** What the guest writes on its serial console, as plain lines to read, for screen readers too: it follows while the test runs, unless the reader has scrolled up. */
export function SerialView({ job, evidence }: { readonly job: Job; readonly evidence: readonly BootEvidence[] }) {
  const { text, error } = useSerial(job.id, isActive(job))
  const box = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const marks = new Map(evidence.map(({ line, kind }) => [line, kind]))
  const isEmpty = text.lines.length === 0 && text.pending === ''

  useEffect(() => {
    const element = box.current
    if (element !== null && follows.current && text.lines.length > 0) element.scrollTop = element.scrollHeight
  }, [text])

  return (
    <section className={styles.serial} aria-label="Text of the serial console">
      <div
        ref={box}
        className={styles.console}
        role="group"
        // A region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Lines of the serial console"
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
    </section>
  )
}
