import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { Job } from '#shared/jobs/job'
import { jobLogQuery } from '../../api/queries.js'
import { CommandBlock } from '../../components/command-block.js'
import { CopyButton } from '../../components/copy-button.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleLines } from '../../components/visible-text.js'
import styles from './job-log.module.css'
import { isActive } from './job-words.js'

/** Every command that ran, copyable one by one and all at once. */
export function JobCommands({ job }: { readonly job: Job }) {
  const lines = job.commands.map((command) => command.line)
  return (
    <section aria-label="Commands">
      <header className={styles.header}>
        <h3>Commands</h3>
        {lines.length > 1 && <CopyButton text={lines.join('\n')} label="Copy all commands" word="Copy all" />}
      </header>
      {lines.length === 0 ? (
        <p className="dim">{isActive(job) ? 'None has run yet.' : 'None was run.'}</p>
      ) : (
        <CommandBlock commands={lines} />
      )}
    </section>
  )
}

/** What the job wrote, newest last; it follows while the job runs, unless the reader has scrolled up. */
export function JobLog({ job }: { readonly job: Job }) {
  const log = useQuery(jobLogQuery(job.id, isActive(job)))
  const box = useRef<HTMLPreElement>(null)
  const follows = useRef(true)
  const text = visibleLines(log.data?.lines.join('\n') ?? '')

  useEffect(() => {
    const element = box.current
    if (element !== null && follows.current && text !== '') element.scrollTop = element.scrollHeight
  }, [text])

  return (
    <section aria-label="Log">
      <header className={styles.header}>
        <h3>Log</h3>
        {text !== '' && <CopyButton text={text} label="Copy log" word="Copy" />}
      </header>
      {log.isError ? (
        <ErrorNotice error={log.error} onRetry={() => void log.refetch()} />
      ) : text === '' ? (
        <p className="dim">{log.isPending ? 'Reading…' : 'Nothing was logged.'}</p>
      ) : (
        <pre
          ref={box}
          className={styles.log}
          // A region that scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label="Log lines"
          onScroll={({ currentTarget: at }) => {
            follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < 24
          }}
        >
          {text}
        </pre>
      )}
    </section>
  )
}
