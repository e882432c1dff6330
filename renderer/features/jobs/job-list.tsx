import { VisuallyHidden } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { Job } from '#shared/jobs/job'
import { byPosition } from '#shared/jobs/job-order'
import { useNow } from '../../components/use-now.js'
import { visibleText } from '../../components/visible-text.js'
import { BatchHeader } from './batch-header.js'
import { dropBefore, type JobGroup, queueMoves, superseded } from './job-groups.js'
import { JobRow } from './job-row.js'
import { isActive } from './job-words.js'
import styles from './jobs-screen.module.css'
import { useQueue } from './use-queue.js'

interface JobListProps {
  readonly jobs: readonly Job[]
  readonly groups: readonly JobGroup[]
  readonly current: string | null
  readonly onSelect: (id: string) => void
}

/** Batches and single jobs: what goes on, in the order of the queue, then the history. */
export function JobList({ jobs, groups, current, onSelect }: JobListProps) {
  const now = useNow(jobs.some(isActive))
  const [toggled, setToggled] = useState<Readonly<Record<string, boolean>>>({})
  const [dragged, setDragged] = useState<string | null>(null)
  const { list, moveTo, announced } = useMoves(jobs)
  const old = superseded(jobs)

  /** A batch is unfolded while it goes on, and while a job of it is looked at. */
  const isOpen = (group: JobGroup) => toggled[group.id] ?? group.all.some((job) => isActive(job) || job.id === current)

  const row = (job: Job, inBatch: boolean) => (
    <JobRow
      key={job.id}
      job={job}
      current={job.id === current}
      old={old.has(job.id)}
      inBatch={inBatch}
      now={now}
      moves={queueMoves(jobs, job)}
      onSelect={() => onSelect(job.id)}
      onMove={(before) => moveTo(job.id, before)}
      dragged={dragged}
      onDrag={setDragged}
      onDropHere={() => {
        if (dragged !== null) moveTo(dragged, dropBefore(jobs, dragged, job.id))
        setDragged(null)
      }}
    />
  )

  return (
    <div className={`card ${styles.list}`} ref={list}>
      <ul aria-label="Jobs">
        {groups.map((group) =>
          group.title === null ? (
            group.shown.map((job) => row(job, false))
          ) : (
            <li key={group.id}>
              <BatchHeader group={group} open={isOpen(group)} onToggle={() => setToggled({ ...toggled, [group.id]: !isOpen(group) })} />
              {isOpen(group) && <ul aria-label={visibleText(group.title)}>{group.shown.map((job) => row(job, true))}</ul>}
            </li>
          ),
        )}
      </ul>
      <VisuallyHidden role="status" aria-live="polite">
        {announced}
      </VisuallyHidden>
    </div>
  )
}

/** Moves, keeps the focus on what was moved (a row that the page puts elsewhere loses it), and says where it went. */
function useMoves(jobs: readonly Job[]) {
  const { move } = useQueue()
  const list = useRef<HTMLDivElement>(null)
  const moved = useRef<string | null>(null)
  const [announced, setAnnounced] = useState('')
  const order = jobs
    .filter((job) => job.state === 'queued')
    .sort(byPosition)
    .map((job) => job.id)
    .join(' ')

  useEffect(() => {
    const id = moved.current
    const queue = order.split(' ')
    if (id === null || !queue.includes(id)) return
    moved.current = null
    setAnnounced(`Place ${queue.indexOf(id) + 1} of ${queue.length} in the queue`)
    const focused = document.activeElement
    if (focused === null || focused === document.body) list.current?.querySelector<HTMLElement>(`[data-job="${CSS.escape(id)}"]`)?.focus()
  }, [order])

  return {
    list,
    announced,
    moveTo(id: string, before: string | null) {
      moved.current = id
      move.mutate({ id, before })
    },
  }
}
