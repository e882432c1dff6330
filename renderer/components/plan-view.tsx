import type { OutputPlan } from '#shared/jobs/job-requests'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { CommandBlock } from './command-block.js'
import { Note } from './note.js'
import styles from './plan-view.module.css'
import { visibleText } from './visible-text.js'

/** What will be written, whether it fits, and the very commands. */
export function PlanSize({ plan }: { readonly plan: OutputPlan }) {
  return (
    <p className={styles.size}>
      <span title={formatExactBytes(plan.estimateBytes)}>
        about <strong>{formatBytes(plan.estimateBytes)}</strong>
      </span>
      <span title={formatExactBytes(plan.neededBytes)}>
        needs at most <strong>{formatBytes(plan.neededBytes)}</strong>
      </span>
      <span title={formatExactBytes(plan.freeBytes)}>
        <strong>{formatBytes(plan.freeBytes)}</strong> free
      </span>
    </p>
  )
}

export function PlanNotes({ plan, replaceAgreed }: { readonly plan: OutputPlan; readonly replaceAgreed: boolean }) {
  return (
    <>
      {!plan.fits && (
        <Note tone="red" title="Not enough space there">
          <p>Free {formatBytes(plan.neededBytes - plan.freeBytes)} more, or choose another place.</p>
        </Note>
      )}
      {plan.exists && (
        <Note
          tone="amber"
          title={
            replaceAgreed
              ? 'The file there will be replaced when the new one is complete'
              : 'A file of that name exists: choose another place'
          }
        />
      )}
      {plan.warnings.map((warning) => (
        <Note key={warning} tone="amber">
          <p>{visibleText(warning)}</p>
        </Note>
      ))}
    </>
  )
}

/** Whether the plan can be started as it stands. */
export function planIsReady(plan: OutputPlan | undefined, replaceAgreed: boolean): boolean {
  return plan?.fits === true && (!plan.exists || replaceAgreed)
}

export function PlanCommands({ commands }: { readonly commands: readonly string[] }) {
  return (
    <details className={styles.commands}>
      <summary>{commands.length === 1 ? 'The command that runs' : `The ${commands.length} commands that run`}</summary>
      <CommandBlock commands={commands} />
    </details>
  )
}
