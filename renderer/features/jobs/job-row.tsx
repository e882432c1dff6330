import { ActionIcon, Tooltip } from '@mantine/core'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { DragEvent, KeyboardEvent } from 'react'
import type { Job } from '#shared/jobs/job'
import { formatAgo } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import type { QueueMoves } from './job-groups.js'
import styles from './job-row.module.css'
import { JobStateMark } from './job-state.js'
import { durationWords, isActive, isWaitingForUser, progressWords, shownState, STATE_WORDS, titleParts } from './job-words.js'

interface JobRowProps {
  readonly job: Job
  readonly current: boolean
  /** Another attempt has taken its place. */
  readonly old: boolean
  readonly inBatch: boolean
  readonly now: number
  readonly moves: QueueMoves
  readonly onSelect: () => void
  readonly onMove: (before: string | null) => void
  /** The job that is dragged over the list; null while none is. */
  readonly dragged: string | null
  readonly onDrag: (id: string | null) => void
  readonly onDropHere: () => void
}

/** One job of the list. A queued one can be moved: by its buttons, with Alt and the arrow keys, or by dragging. */
export function JobRow(props: JobRowProps) {
  const { job, current, old, inBatch, now, moves, onSelect, onMove, dragged, onDrag, onDropHere } = props
  const isQueued = job.state === 'queued'
  const canTake = isQueued && dragged !== null && dragged !== job.id
  const move = (before: string | null | undefined) => before !== undefined && onMove(before)

  function onKey(event: KeyboardEvent): void {
    if (!isQueued || !event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    move(event.key === 'ArrowUp' ? moves.sooner : moves.later)
  }

  /** The window takes files alone and would refuse this. */
  function onOver(event: DragEvent): void {
    if (!canTake) return
    event.preventDefault()
    event.stopPropagation()
    event.dataTransfer.dropEffect = 'move'
  }

  return (
    <li
      className={styles.item}
      data-batch={inBatch || undefined}
      data-taking={canTake || undefined}
      draggable={isQueued}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move'
        event.dataTransfer.setData('text/x-diskwright-job', job.id)
        onDrag(job.id)
      }}
      onDragEnd={() => onDrag(null)}
      onDragOver={onOver}
      onDrop={(event) => {
        if (!canTake) return
        event.preventDefault()
        event.stopPropagation()
        onDropHere()
      }}
    >
      <button
        type="button"
        className={styles.row}
        data-job={job.id}
        aria-current={current || undefined}
        aria-keyshortcuts={isQueued ? 'Alt+ArrowUp Alt+ArrowDown' : undefined}
        title={visibleText(job.title)}
        onClick={onSelect}
        onKeyDown={onKey}
      >
        <JobStateMark state={shownState(job)} paused={job.paused ?? false} attention={isWaitingForUser(job)} />
        <span className={styles.words}>
          <RowTitle title={job.title} />
          <span className={`truncate ${styles.under}`}>{old ? `${STATE_WORDS[job.state]} · tried again` : underWords(job, now)}</span>
        </span>
      </button>
      {isQueued && (moves.sooner !== undefined || moves.later !== undefined) && (
        <div className={styles.moves}>
          <Tooltip label="Sooner (Alt+↑)">
            <ActionIcon
              size={24}
              aria-label={`Move ${job.title} up`}
              disabled={moves.sooner === undefined}
              onClick={() => move(moves.sooner)}
            >
              <ArrowUp size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Later (Alt+↓)">
            <ActionIcon
              size={24}
              aria-label={`Move ${job.title} down`}
              disabled={moves.later === undefined}
              onClick={() => move(moves.later)}
            >
              <ArrowDown size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </div>
      )}
    </li>
  )
}

/** Where there is not room for all, what it becomes stays readable: in a batch that is what tells the rows apart. */
function RowTitle({ title }: { readonly title: string }) {
  const [start, end] = titleParts(title)
  return (
    <span className={styles.title}>
      <GuestText text={start} className={`truncate ${styles.start}`} />
      {end !== '' && <span className={styles.end}>{visibleText(end)}</span>}
    </span>
  )
}

function underWords(job: Job, now: number): string {
  if (isActive(job)) {
    const words = progressWords(job)
    return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
  }
  return [STATE_WORDS[shownState(job)], formatAgo(job.endedAt ?? job.createdAt, now), durationWords(job, now)]
    .filter((part) => part !== '')
    .join(' · ')
}
