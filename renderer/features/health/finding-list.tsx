import { ChevronDown, CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from 'lucide-react'
import type { FindingSeverity } from '#shared/health/finding'
import { CountBadge, type Tone } from '../../components/badge.js'
import styles from './finding-list.module.css'
import { FindingRow, type FindingRowProps } from './finding-row.js'
import type { HealthRow } from './health-rows.js'

interface Section {
  readonly severity: Exclude<FindingSeverity, 'pass'>
  readonly title: string
  readonly icon: LucideIcon
  readonly tone: Tone
}

const SECTIONS: readonly Section[] = [
  { severity: 'error', title: 'Errors', icon: CircleAlert, tone: 'red' },
  { severity: 'warning', title: 'Warnings', icon: TriangleAlert, tone: 'amber' },
  { severity: 'info', title: 'Notes', icon: Info, tone: 'neutral' },
]

interface FindingListProps extends Omit<FindingRowProps, 'row'> {
  readonly rows: readonly HealthRow[]
}

/** Findings by gravity; what passes is folded. */
export function FindingList({ rows, ...acts }: FindingListProps) {
  const passes = rows.filter(({ finding }) => finding.severity === 'pass')
  return (
    <>
      {SECTIONS.map(({ severity, title, icon: Icon, tone }) => {
        const own = rows.filter(({ finding }) => finding.severity === severity)
        if (own.length === 0) return null
        const open = own.filter(({ state }) => state !== 'fixed').length
        return (
          <section key={severity} className="card" aria-label={title}>
            <header className={styles.heading} data-severity={open === 0 ? 'pass' : severity}>
              {open === 0 ? <CircleCheck size={16} aria-hidden /> : <Icon size={16} aria-hidden />}
              <h2>{title}</h2>
              <CountBadge amount={open} label={title.toLowerCase()} tone={tone} />
              {open < own.length && <span className={styles.fixed}>{own.length - open} fixed by staged edits</span>}
            </header>
            <ul>
              {own.map((row) => (
                <FindingRow key={row.finding.id} row={row} {...acts} />
              ))}
            </ul>
          </section>
        )
      })}
      {passes.length > 0 && (
        <details className="card">
          <summary className={styles.heading} data-severity="pass">
            <CircleCheck size={16} aria-hidden />
            <h2>Passes</h2>
            <CountBadge amount={passes.length} label="passes" tone="green" />
            <ChevronDown size={16} className={styles.chevron} aria-hidden />
          </summary>
          <ul>
            {passes.map((row) => (
              <FindingRow key={row.finding.id} row={row} {...acts} />
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
