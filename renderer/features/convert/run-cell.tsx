import type { Job } from '#shared/jobs/job'
import { Badge, type Tone } from '../../components/badge.js'
import { Meter } from '../../components/meter.js'
import { visibleText } from '../../components/visible-text.js'
import { type CellTone, runWords } from './cell-words.js'
import styles from './cells.module.css'

const BADGES: Readonly<Record<CellTone, Tone>> = {
  neutral: 'neutral',
  dim: 'neutral',
  accent: 'accent',
  green: 'green',
  amber: 'amber',
  proof: 'neutral',
  red: 'red',
}

/** One job as a cell: a bar with what was measured, or how it ended. */
export function RunCell({ job, now }: { readonly job: Job; readonly now: number }) {
  const words = runWords(job, now)
  const text = visibleText(words.text)
  if (words.badge) {
    return (
      <span className={styles.badge} title={text}>
        <Badge tone={BADGES[words.tone]}>
          <span className={styles.lines}>{text}</span>
        </Badge>
      </span>
    )
  }
  return (
    <div className={styles.run} data-tone={words.tone} title={text}>
      {words.bar !== undefined && (
        <span className={styles.bar}>
          <Meter
            value={words.bar}
            label={`Progress of ${job.title}`}
            tone={words.tone === 'accent' ? 'accent' : words.tone === 'proof' ? 'proof' : 'dim'}
          />
        </span>
      )}
      <span className="truncate">{text}</span>
    </div>
  )
}
