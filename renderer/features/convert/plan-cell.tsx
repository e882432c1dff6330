import { Skeleton } from '@mantine/core'
import { Check } from 'lucide-react'
import { Badge } from '../../components/badge.js'
import { visibleText } from '../../components/visible-text.js'
import type { PlannedCell } from './batch-setup.js'
import { moreWords, planWords, shortNote } from './cell-words.js'
import styles from './cells.module.css'

interface PlanCellProps {
  readonly planned: PlannedCell | undefined
  /** The image cannot be read: there is nothing to plan. */
  readonly unreadable: boolean
  readonly left: boolean
  readonly name: string
  readonly onToggle: () => void
}

/** Size and the gravest thing to know, with the box that leaves it out. */
export function PlanCell({ planned, unreadable, left, name, onToggle }: PlanCellProps) {
  if (unreadable) return <span className={styles.quiet}>–</span>
  return (
    <div className={styles.plan}>
      <button
        type="button"
        role="checkbox"
        tabIndex={-1}
        aria-checked={!left}
        aria-label={`Make ${name}`}
        title={left ? 'Make it after all (Space)' : 'Leave it out (Space)'}
        className={styles.box}
        onClick={(event) => {
          event.stopPropagation()
          onToggle()
        }}
      >
        <span>{!left && <Check size={11} strokeWidth={3} aria-hidden />}</span>
      </button>
      {left ? (
        <span className={styles.quiet}>left out</span>
      ) : planned === undefined ? (
        <Skeleton height={14} width="70%" radius="sm" />
      ) : (
        <PlanState planned={planned} />
      )}
    </div>
  )
}

function PlanState({ planned }: { readonly planned: PlannedCell }) {
  const { size, note, more } = planWords(planned.cell)
  const words = (text: string) => visibleText([text, moreWords(more)].filter((part) => part !== '').join(' '))
  return (
    <span className={styles.state}>
      {size !== '' && <span>{size}</span>}{' '}
      {note !== null &&
        (note.tone === 'neutral' ? (
          <span className={styles.quiet}>{words(note.text)}</span>
        ) : (
          <span className={styles.badge} title={words(note.text)}>
            <Badge tone={note.tone}>
              <span className={styles.lines}>{words(shortNote(note.text))}</span>
            </Badge>
          </span>
        ))}
    </span>
  )
}
