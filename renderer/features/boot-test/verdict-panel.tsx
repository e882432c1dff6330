import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react'
import type { BootEvidence, BootTestReport } from '#shared/boot-test/boot-test-report'
import type { Job } from '#shared/jobs/job'
import { formatDuration } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { CommandBlock } from '../../components/command-block.js'
import { count } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { TimeLine } from './time-line.js'
import styles from './verdict-panel.module.css'

const MARKS = {
  ready: { Icon: CircleCheck, words: 'Seen' },
  fail: { Icon: CircleX, words: 'Failure' },
  note: { Icon: TriangleAlert, words: 'Note' },
} as const

/** What the test found, and the lines that say so. */
export function VerdictPanel({ job, report }: { readonly job: Job; readonly report: BootTestReport }) {
  return (
    <aside className={`card ${styles.panel}`} aria-label="Verdict">
      <h2>Verdict</h2>
      <p>{visibleText(report.reason)}</p>
      <ul className={styles.evidence} aria-label="Evidence">
        {report.evidence.map((evidence) => (
          <Evidence key={`${evidence.rule}${evidence.lineNumber}${evidence.title}`} evidence={evidence} />
        ))}
        {report.missing.map((title) => (
          <li key={title} data-kind="missing">
            <CircleDashed size={15} role="img" aria-label="Not seen" />
            <span className={styles.title}>{visibleText(title)}</span>
            <span className={styles.seconds}>not seen</span>
          </li>
        ))}
      </ul>
      {report.notes.map((note) => (
        <p key={note} className="caption">
          {visibleText(note)}
        </p>
      ))}
      <section className={styles.part} aria-label="Time line">
        <h3>Time line</h3>
        <TimeLine report={report} />
        {report.restarts > 0 && <p className="caption">The guest restarted {count(report.restarts, 'time')}.</p>}
      </section>
      {report.screenshot !== null && <Screen id={job.id} />}
      <section className={styles.part} aria-label="Command of the machine">
        <h3>Command</h3>
        <details className={styles.command}>
          <summary>What qemu was started with</summary>
          <CommandBlock commands={[report.command]} />
        </details>
      </section>
    </aside>
  )
}

function Evidence({ evidence: { kind, title, line, lineNumber, seconds } }: { readonly evidence: BootEvidence }) {
  const { Icon, words } = MARKS[kind]
  return (
    <li data-kind={kind}>
      <Icon size={15} role="img" aria-label={words} />
      <span className={styles.title}>{visibleText(title)}</span>
      <span className={styles.seconds}>{formatDuration(seconds)}</span>
      <code className={styles.line} title={`Line ${lineNumber} of the console`}>
        {visibleText(line)}
      </code>
    </li>
  )
}

/** The graphical console when the test ended. */
function Screen({ id }: { readonly id: string }) {
  const picture = useQuery({ queryKey: ['boot-test-screen', id], queryFn: () => call('bootTest.screenshot', { id }) })
  if (!picture.data) return null
  return (
    <section className={styles.part} aria-label="Screen at the end">
      <h3>Screen at the end</h3>
      <img className={styles.screen} src={picture.data.url} alt="Graphical console of the guest when the test ended" />
    </section>
  )
}
