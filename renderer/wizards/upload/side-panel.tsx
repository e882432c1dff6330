import type { ReactNode } from 'react'
import { ErrorNotice } from '../../components/error-notice.js'
import { PlanCommands, PlanCreates, PlanFigures, PlanSteps } from './plan-panel.js'
import { SoFar } from './so-far.js'
import type { PlanState } from './use-plan.js'
import type { Upload } from './use-upload.js'
import styles from './side-panel.module.css'

interface SidePanelProps {
  readonly upload: Upload
  readonly plan: PlanState
  /** Why it could not be started. */
  readonly failure: unknown
  readonly footer: ReactNode
}

/** Beside every step: what was chosen so far, then the plan; below, the way back and on. */
export function SidePanel({ upload, plan, failure, footer }: SidePanelProps) {
  const { step } = upload.draft
  return (
    <aside className={`card ${styles.panel}`} aria-label={step === 'check' || step === 'review' ? 'Plan' : 'So far'}>
      <div className={styles.body} tabIndex={0} role="group" aria-label="Details">
        {step === 'check' ? (
          <>
            <h2>Plan</h2>
            <PlanSteps plan={plan.data} />
            <PlanFigures plan={plan.data} />
            <PlanCommands upload={upload} plan={plan.data} />
          </>
        ) : step === 'review' ? (
          <>
            <h2>In the end</h2>
            <PlanCreates plan={plan.data} />
            <PlanFigures plan={plan.data} />
            <PlanCommands upload={upload} plan={plan.data} />
          </>
        ) : (
          <SoFar upload={upload} />
        )}
        {failure !== null && <ErrorNotice error={failure} />}
      </div>
      <footer className={styles.footer}>{footer}</footer>
    </aside>
  )
}
