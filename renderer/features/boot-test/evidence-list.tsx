import { CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react'
import type { BootEvidence } from '#shared/boot-test/boot-test-report'
import { formatDuration } from '#shared/text/bytes'
import { visibleText } from '../../components/visible-text.js'
import styles from './verdict-panel.module.css'

const MARKS = {
  ready: { Icon: CircleCheck, words: 'Seen' },
  fail: { Icon: CircleX, words: 'Failure' },
  note: { Icon: TriangleAlert, words: 'Note' },
} as const

interface EvidenceListProps {
  readonly evidence: readonly BootEvidence[]
  readonly missing: readonly string[]
  /** Of what was not seen: for good, or so far. */
  readonly missingWords: string
}

/** What was looked for, with the lines that tell it. */
export function EvidenceList({ evidence, missing, missingWords }: EvidenceListProps) {
  return (
    <ul className={styles.evidence} aria-label="Evidence">
      {evidence.map((one) => (
        <Evidence key={`${one.rule}${one.lineNumber}${one.title}`} evidence={one} />
      ))}
      {missing.map((title) => (
        <li key={title} data-kind="missing">
          <CircleDashed size={15} role="img" aria-label={missingWords} />
          <span className={styles.title}>{visibleText(title)}</span>
          <span className={styles.seconds}>{missingWords}</span>
        </li>
      ))}
    </ul>
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
