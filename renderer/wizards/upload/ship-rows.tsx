import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowRight, Eraser, RotateCcw, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { providerForm } from '#shared/clouds/forms'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { count, formatAgo, splitPath } from '../../components/format.js'
import { useNow } from '../../components/use-now.js'
import { visibleText } from '../../components/visible-text.js'
import { openUploadsQuery } from '../../features/clouds/cloud-queries.js'
import type { Draft } from '../../features/clouds/draft.js'
import { STEP_TITLES } from '../../features/clouds/ship-steps.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import type { BrokenUpload } from '../../features/clouds/upload-jobs.js'
import { TemporaryList } from '../../features/clouds/temporary-list.js'
import { phaseOf } from '../../features/clouds/upload-jobs.js'
import { PHASE_WORDS } from '../../features/clouds/upload-words.js'
import { JobStateMark } from '../../features/jobs/job-state.js'
import { isWaitingForUser, progressWords, STATE_WORDS } from '../../features/jobs/job-words.js'
import styles from './ship-list.module.css'

interface RowProps {
  readonly mark?: ReactNode
  readonly title: string
  readonly words: string
  readonly actions: ReactNode
  readonly children?: ReactNode
}

function Row({ mark, title, words, actions, children }: RowProps) {
  return (
    <li className={styles.row}>
      <div className={styles.line}>
        {mark}
        <span className={styles.words}>
          <strong>{visibleText(title)}</strong>
          <span className="dim">{visibleText(words)}</span>
        </span>
        <span className={styles.actions}>{actions}</span>
      </div>
      {children}
    </li>
  )
}

/** An upload that goes on, or waits for someone. */
export function RunningRow({ job, path }: { readonly job: Job; readonly path: string }) {
  const { showUpload } = useAppActions()
  return (
    <Row
      mark={<JobStateMark state={job.state} paused={job.paused ?? false} attention={isWaitingForUser(job)} />}
      title={job.title}
      words={`${splitPath(path).name} · ${progressWords(job)}`}
      actions={
        <Button size="xs" variant={job.attention ? 'filled' : 'default'} aria-label={`Show ${job.title}`} onClick={() => showUpload(job)}>
          {job.attention ? 'Sign in…' : 'Show'}
        </Button>
      }
    />
  )
}

/** An upload that ended before it was done: it can go on, or what it left can be deleted. */
export function BrokenRow({ broken: { open, job } }: { readonly broken: BrokenUpload }) {
  const now = useNow(false)
  const client = useQueryClient()
  const { reportFailure, showUpload } = useAppActions()
  const resume = useMutation({
    mutationFn: () => call('jobs.retry', { id: job?.id ?? '' }),
    onSuccess: async (fresh) => {
      await client.invalidateQueries({ queryKey: jobsQuery.queryKey })
      showUpload(fresh)
    },
    onError: reportFailure,
  })
  const clean = useMutation({
    mutationFn: () => call('clouds.cleanUp', { upload: open.upload }),
    onSuccess: () => client.invalidateQueries({ queryKey: openUploadsQuery.queryKey }),
    onError: reportFailure,
  })
  const left = clean.data?.left ?? []
  const parts = [
    providerForm(open.provider).title,
    job === null ? 'its job is no longer in the history' : STATE_WORDS[job.state].toLowerCase(),
    formatAgo(open.updatedAt, now),
    open.remotes.length === 0 ? 'nothing is left there' : `${count(open.remotes.length, 'thing')} left there`,
  ]
  return (
    <Row
      mark={job !== null && <JobStateMark state={job.state} />}
      title={open.title}
      words={parts.join(' · ')}
      actions={
        <>
          <Button
            size="xs"
            leftSection={<Eraser size={13} aria-hidden />}
            loading={clean.isPending}
            aria-label={`Clean up after ${open.title}`}
            onClick={() => clean.mutate()}
          >
            Clean up
          </Button>
          {job !== null && (
            <Button
              size="xs"
              variant="filled"
              leftSection={<RotateCcw size={13} aria-hidden />}
              loading={resume.isPending}
              aria-label={`Resume ${open.title}`}
              onClick={() => resume.mutate()}
            >
              Resume
            </Button>
          )}
        </>
      }
    >
      {open.remotes.length > 0 && (
        <details className={styles.more}>
          <summary>What is left there</summary>
          <TemporaryList upload={open.upload} remotes={open.remotes} />
        </details>
      )}
      {left.length > 0 && (
        <ul className={styles.failed} role="alert">
          {left.map(({ label, reason }) => (
            <li key={label}>
              {visibleText(label)} could not be deleted: {visibleText(reason)}
            </li>
          ))}
        </ul>
      )}
    </Row>
  )
}

/** What was filled in and not sent yet, or was sent and is not put away. */
export function DraftRow({ draft, job }: { readonly draft: Draft; readonly job: Job | null }) {
  const { ship, forget } = useShipStore.getState()
  const { name, folder } = splitPath(draft.path)
  const phase = job === null ? null : phaseOf(job)
  const state =
    job === null
      ? `at ${STEP_TITLES[draft.step]}`
      : phase === null
        ? STATE_WORDS[job.state].toLowerCase()
        : PHASE_WORDS[phase].toLowerCase()
  const words = [draft.provider === null ? 'no target yet' : `to ${providerForm(draft.provider).title}`, state, folder]
  return (
    <Row
      mark={job !== null && <JobStateMark state={job.state} />}
      title={name}
      words={words.join(' · ')}
      actions={
        <>
          <Tooltip label="Forget what was filled in">
            <ActionIcon aria-label={`Forget the upload of ${visibleText(name)}`} onClick={() => forget(draft.path)}>
              <Trash2 size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Button
            size="xs"
            rightSection={<ArrowRight size={13} aria-hidden />}
            aria-label={`${job === null ? 'Go on with' : 'Show'} ${visibleText(name)}`}
            onClick={() => ship([draft.path])}
          >
            {job === null ? 'Go on' : 'Show'}
          </Button>
        </>
      }
    />
  )
}
