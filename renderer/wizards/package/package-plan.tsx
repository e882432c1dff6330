import type { OutputPlan } from '#shared/jobs/job-requests'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { FormRow } from '../../components/form-row.js'
import { PlanCommands, PlanNotes, PlanSize } from '../../components/plan-view.js'
import { visibleText } from '../../components/visible-text.js'
import dialog from '../../features/containers/dialog-forms.module.css'

interface PackagePlanProps {
  readonly plan: OutputPlan
  /** Written here; else it is sent away, where nobody tells how much is free. */
  readonly isFile: boolean
  readonly replaceAgreed: boolean
}

/** What will be done, in order, how much of it, and the very commands. A tag that is there already is one of the plan's own warnings. */
export function PackagePlan({ plan, isFile, replaceAgreed }: PackagePlanProps) {
  return (
    <FormRow name="Then">
      {plan.steps !== undefined && plan.steps.length > 0 && (
        <ol className={dialog.steps} aria-label="Steps">
          {plan.steps.map((step) => (
            <li key={step}>{visibleText(step)}</li>
          ))}
        </ol>
      )}
      {isFile ? (
        <PlanSize plan={plan} />
      ) : (
        <p className="dim">
          About <strong title={formatExactBytes(plan.estimateBytes)}>{formatBytes(plan.estimateBytes)}</strong> at most
        </p>
      )}
      <PlanNotes plan={isFile ? plan : { ...plan, exists: false }} replaceAgreed={replaceAgreed} />
      {plan.commands.length > 0 && <PlanCommands commands={plan.commands} />}
    </FormRow>
  )
}
