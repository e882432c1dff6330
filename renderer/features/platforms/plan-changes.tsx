import { Tooltip } from '@mantine/core'
import { CircleCheck } from 'lucide-react'
import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import { ArgChip, type ArgState } from '../../components/arg-chip.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { elsewhereWords, type Movement, movements } from './plan-words.js'
import styles from './target-panel.module.css'

/** What leaves and what arrives; the reason of each is told to who points at it. */
export function PlanChanges({ plan, isCurrent }: { readonly plan: RetargetPlanReport; readonly isCurrent: boolean }) {
  const { leaves, arrives, moves, changed } = movements(plan)
  const elsewhere = elsewhereWords(plan)
  const locked = plan.perEntry.filter(({ problem }) => problem !== null).length
  if (!plan.changes && plan.perEntry.length > 0) {
    return (
      <p className={styles.fits}>
        <CircleCheck size={15} aria-hidden />
        <span>{isCurrent ? 'The image is made for it already: nothing has to change.' : 'Nothing has to change in the image.'}</span>
      </p>
    )
  }
  return (
    <div className={styles.changes}>
      <Moved title="Leaves" rows={leaves} state="removed" changed={changed} />
      <Moved title="Arrives" rows={arrives} state="added" changed={changed} />
      <Moved title="Changes its place" rows={moves} state="moved" changed={changed} />
      <p className={styles.where}>
        {plan.perEntry.length === 0 && 'There is no boot entry that could be changed. '}
        {changed > 0 &&
          plan.perEntry.length > 1 &&
          `In ${changed === plan.perEntry.length ? allWords(changed) : `${changed} of ${plan.perEntry.length} entries`}. `}
        {elsewhere !== null && visibleText(elsewhere)}
        {plan.ownTable && ' The arguments are those of the image’s own table of platforms.'}
      </p>
      {locked > 0 && (
        <Note tone="amber">
          <p>{locked === 1 ? 'One entry cannot be edited and stays' : `${locked} entries cannot be edited and stay`} as it is.</p>
        </Note>
      )}
    </div>
  )
}

function allWords(entries: number): string {
  return entries === 2 ? 'both entries' : `all ${entries} entries`
}

interface MovedProps {
  readonly title: string
  readonly rows: readonly Movement[]
  readonly state: ArgState
  readonly changed: number
}

function Moved({ title, rows, state, changed }: MovedProps) {
  if (rows.length === 0) return null
  return (
    <div>
      <h3 className={styles.heading}>{title}</h3>
      <ul className={styles.chips}>
        {rows.map(({ arg, why, entries }) => (
          <li key={arg}>
            <Tooltip label={why} disabled={why === ''}>
              <span>
                <ArgChip arg={arg} state={state} />
              </span>
            </Tooltip>
            {entries < changed && (
              <span className="caption">
                {' '}
                in {entries} of {changed}
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
