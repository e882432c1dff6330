import { CircleCheck, CircleDashed, LoaderCircle } from 'lucide-react'
import { BOOT_PHASES, type BootPhase, PHASE_TITLES } from '#shared/boot-test/boot-phases'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import { formatDuration } from '#shared/text/bytes'
import { spansOf } from './boot-test-words.js'
import styles from './time-line.module.css'

/** When each stage of the boot began, and how long it took. */
export function TimeLine({ report }: { readonly report: Pick<BootTestReport, 'timeline' | 'seconds'> }) {
  const spans = spansOf(report)
  if (spans.length === 0) return <p className="dim">No stage of the boot was seen.</p>
  return (
    <>
      <div className={styles.bar} aria-hidden>
        {spans.map(({ phase, from, seconds }) => (
          <span key={`${phase}${from}`} data-phase={phase} style={{ flexGrow: Math.max(seconds, 0.01) }} />
        ))}
      </div>
      <ol className={styles.stages} aria-label="Stages of the boot">
        {spans.map(({ phase, title, from, seconds }) => (
          <li key={`${phase}${from}`}>
            <span className={styles.swatch} data-phase={phase} aria-hidden />
            <span className={styles.name}>{title}</span>
            <span className="dim">at {formatDuration(from)}</span>
            <span className={styles.took}>{phase === 'login' ? '' : formatDuration(seconds)}</span>
          </li>
        ))}
      </ol>
    </>
  )
}

/** The stages while the test runs: how far it has come. */
export function StagesReached({ reached }: { readonly reached: BootPhase | null }) {
  const at = reached === null ? -1 : BOOT_PHASES.indexOf(reached)
  return (
    <ol className={styles.stages} aria-label="Stages of the boot">
      {BOOT_PHASES.map((phase, index) => {
        const [Icon, words] = index < at ? [CircleCheck, 'passed'] : index === at ? [LoaderCircle, 'now'] : [CircleDashed, 'not yet']
        return (
          <li key={phase} data-reached={index <= at}>
            <Icon size={14} className={index === at ? 'spin' : undefined} aria-hidden />
            <span className={styles.name}>{PHASE_TITLES[phase]}</span>
            <span className={styles.took}>{words}</span>
          </li>
        )
      })}
    </ol>
  )
}
