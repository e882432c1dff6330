import { TriangleAlert } from 'lucide-react'
import { AppError } from '#shared/errors/app-error'
import { artifact } from '#shared/platforms/artifacts'
import { formatBytes } from '#shared/text/bytes'
import { ArgChip } from '../../components/arg-chip.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { splitPath } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { Note } from '../../components/note.js'
import { PathText } from '../../components/path-text.js'
import { PlanCommands } from '../../components/plan-view.js'
import { visibleText } from '../../components/visible-text.js'
import type { PlannedCell } from './batch-setup.js'
import styles from './details.module.css'
import { stepParts } from './step-parts.js'

const TONES = { error: 'red', warning: 'amber', note: 'neutral' } as const

interface PlanDetailsProps {
  readonly planned: PlannedCell
  readonly sourcePath: string
  readonly onChooseFolder: () => void
}

/** What is done for one artifact, in order, and what to know of it. */
export function PlanDetails({ planned, sourcePath, onChooseFolder }: PlanDetailsProps) {
  const { cell, left } = planned
  return (
    <section className={`card ${styles.details}`} aria-label="The chosen cell">
      <header className={styles.header}>
        <h2>
          <GuestText text={splitPath(sourcePath).name} /> for {artifact(cell.artifact).name}
        </h2>
        {left !== null && <span className="dim">left out</span>}
      </header>
      <div className={styles.output}>
        <PathText path={cell.output} />
        <span className="dim">
          {cell.estimateBytes !== null && `about ${formatBytes(cell.estimateBytes)}`}
          {cell.neededBytes !== null && `, needs at most ${formatBytes(cell.neededBytes)}`}
        </span>
      </div>
      {cell.problem !== null && <ErrorNotice error={AppError.fromData(cell.problem)} onChooseOutput={onChooseFolder} />}
      {cell.exists && (
        <p className={styles.exists}>
          <TriangleAlert size={14} aria-hidden />
          The file there is replaced when the new one is complete.
        </p>
      )}
      {cell.notes.map(({ severity, text }) => (
        <Note key={text} tone={TONES[severity]}>
          <p>{visibleText(text)}</p>
        </Note>
      ))}
      {cell.steps.length > 0 && (
        <ol className={styles.steps}>
          {cell.steps.map((step, index) => (
            <li key={step}>
              <span className={styles.number}>{index + 1}</span>
              <PlanStep step={step} />
            </li>
          ))}
        </ol>
      )}
      {cell.commands.length > 0 && <PlanCommands commands={cell.commands} />}
    </section>
  )
}

/** A step in words; arguments that leave and arrive as they look everywhere. */
function PlanStep({ step }: { readonly step: string }) {
  const { words, changes } = stepParts(step)
  return (
    <span className={styles.step}>
      {visibleText(words)}
      {changes.map(({ arg, state }) => (
        <ArgChip key={`${state} ${arg}`} arg={arg} state={state} />
      ))}
    </span>
  )
}
