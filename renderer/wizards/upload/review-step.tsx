import { FieldGroupRows } from './review-rows.js'
import { PlanSteps } from './plan-panel.js'
import styles from './review-step.module.css'
import { SourceLine } from './source-line.js'
import type { PlanState } from './use-plan.js'
import type { Upload } from './use-upload.js'
import { count } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'

/** All that will be sent, where to, and as what: the last look before anything happens. */
export function ReviewStep({ upload, plan }: { readonly upload: Upload; readonly plan: PlanState }) {
  const { facts, edits, draft } = upload
  const warnings = plan.data?.checks.filter(({ state }) => state === 'warning' || state === 'error') ?? []
  return (
    <div className={styles.review} tabIndex={0} role="group" aria-label="Review">
      {plan.error !== null && plan.data === null && <ErrorNotice error={plan.error} onRetry={plan.again} />}
      {warnings.map((row) => (
        <Note key={`${row.code}${row.found}`} tone={row.state === 'error' ? 'red' : 'amber'} title={visibleText(row.title)}>
          {visibleText(row.found)}
        </Note>
      ))}
      <section className={styles.part} aria-label="What is sent">
        <h3>What is sent</h3>
        {facts !== null && <SourceLine facts={facts} />}
        {edits.length > 0 && (
          <p className="dim">
            With {count(edits.length, 'staged edit')}
            {draft.retarget ? ', made fit for its platform,' : ''} written to a throw-away copy; the file here stays as it is.
          </p>
        )}
      </section>
      <section className={styles.part} aria-label="Steps">
        <h3>What will happen</h3>
        <PlanSteps plan={plan.data} />
      </section>
      <FieldGroupRows upload={upload} title="Account" groups={['account', 'connection']} />
      <FieldGroupRows upload={upload} title="Destination" groups={['destination']} />
      <FieldGroupRows upload={upload} title="Image" groups={['image', 'advanced']} />
    </div>
  )
}
