import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { ArrowRight, Eraser, PencilLine, RotateCcw, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { OpenUpload } from '#shared/clouds/cloud-calls'
import { providerForm } from '#shared/clouds/forms'
import type { Job } from '#shared/jobs/job'
import { useAppActions } from '../../components/app-actions.js'
import { count, formatAgo, splitPath } from '../../components/format.js'
import { useNow } from '../../components/use-now.js'
import { visibleText } from '../../components/visible-text.js'
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
import { useCleanUp, useReopenUpload, useResumeUpload } from './use-open-upload.js'

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

/** An upload that ended before it was done: it can go on, be looked at again, or what it left can be deleted. */
export function BrokenRow({ broken: { open, job } }: { readonly broken: BrokenUpload }) {
  const now = useNow(false)
  const resume = useResumeUpload(open.upload)
  const reopen = useReopenUpload(open.upload)
  const parts = [
    providerForm(open.provider).title,
    ...(job === null ? [] : [STATE_WORDS[job.state].toLowerCase()]),
    formatAgo(open.updatedAt, now),
    leftWords(open),
  ]
  return (
    <OpenRow
      mark={<JobStateMark state={job?.state ?? 'interrupted'} />}
      open={open}
      words={parts.join(' · ')}
      actions={
        <>
          <Button
            size="xs"
            leftSection={<PencilLine size={13} aria-hidden />}
            loading={reopen.isPending}
            aria-label={`Open ${open.title}`}
            onClick={() => reopen.mutate()}
          >
            Open
          </Button>
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
        </>
      }
    />
  )
}

/** An upload that is done, and left something that is not part of what it made. */
export function LeftRow({ open }: { readonly open: OpenUpload }) {
  const now = useNow(false)
  const words = [providerForm(open.provider).title, 'done', formatAgo(open.updatedAt, now), leftWords(open)].join(' · ')
  return <OpenRow mark={<JobStateMark state="succeeded" />} open={open} words={words} />
}

interface OpenRowProps {
  readonly mark: ReactNode
  readonly open: OpenUpload
  readonly words: string
  readonly actions?: ReactNode
}

/** An upload with what it left at the provider. */
function OpenRow({ mark, open, words, actions }: OpenRowProps) {
  const clean = useCleanUp(open.upload)
  const left = clean.data?.left ?? []
  return (
    <Row
      mark={mark}
      title={open.title}
      words={words}
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
          {actions}
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

function leftWords({ remotes }: OpenUpload): string {
  return remotes.length === 0 ? 'nothing is left there' : `${count(remotes.length, 'thing')} left there`
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
