import type { BootPhaseMark } from '#shared/boot-test/boot-test-report'
import { formatDuration } from '#shared/text/bytes'
import { type PhaseSpan, spansOf } from './boot-test-words.js'
import styles from './time-line.module.css'

/** Of the whole; a narrower part has no room for its name. */
const NAMED_SHARE = 0.2

interface TimeLineProps {
  readonly timeline: readonly BootPhaseMark[]
  readonly seconds: number
  /** The last stage goes on. */
  readonly isRunning?: boolean
}

/** When each stage of the boot began, and how long it took, to scale. */
export function TimeLine({ timeline, seconds, isRunning = false }: TimeLineProps) {
  const spans = spansOf({ timeline, seconds })
  if (spans.length === 0) return <p className="dim">{isRunning ? 'The guest has said nothing yet.' : 'No stage of the boot was seen.'}</p>
  // To scale from when the machine was switched on: before its first word it has said nothing of itself.
  const silent = spans[0]?.from ?? 0
  const sum = spans.reduce((all, span) => all + span.seconds, silent)
  return (
    <>
      <div className={styles.bar} aria-hidden>
        {silent > 0 && <span data-phase="silent" style={{ flexGrow: silent }} title="Nothing was said yet" />}
        {spans.map((span) => (
          <span key={keyOf(span)} data-phase={span.phase} style={{ flexGrow: Math.max(span.seconds, 0.01) }} title={span.title}>
            {span.seconds / sum >= NAMED_SHARE && span.title}
          </span>
        ))}
      </div>
      <ol className={styles.stages} aria-label="Stages of the boot">
        {spans.map((span, index) => (
          <li key={keyOf(span)} aria-current={isRunning && index === spans.length - 1 ? 'step' : undefined}>
            <span className={styles.swatch} data-phase={span.phase} aria-hidden />
            <span className={styles.name}>{span.title}</span>
            <span className="dim">at {formatDuration(span.from)}</span>
            <span className={styles.took}>{span.phase === 'login' && !isRunning ? '' : formatDuration(span.seconds)}</span>
          </li>
        ))}
      </ol>
    </>
  )
}

function keyOf({ phase, from }: PhaseSpan): string {
  return `${phase}${from}`
}
