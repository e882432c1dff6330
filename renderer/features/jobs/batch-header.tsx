import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { ChevronDown, ChevronRight, RotateCcw, X } from 'lucide-react'
import { batchProgress, retriable } from '#shared/jobs/batch-progress'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { GuestText } from '../../components/guest-text.js'
import { Meter } from '../../components/meter.js'
import { useNow } from '../../components/use-now.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './batch-header.module.css'
import { batchWords, type JobGroup } from './job-groups.js'
import { isActive, overallWords } from './job-words.js'
import { PauseButton } from './pause-button.js'

interface BatchHeaderProps {
  readonly group: JobGroup
  readonly open: boolean
  readonly onToggle: () => void
}

/** A batch as a whole: its name, how far it is, and what can be done with all of it. */
export function BatchHeader({ group, open, onToggle }: BatchHeaderProps) {
  const { reportFailure } = useAppActions()
  const active = group.all.filter(isActive)
  const now = useNow(active.length > 0)
  const progress = batchProgress(group.all, now)
  const again = retriable(group.all)
  const input = { batch: group.id }
  const cancel = useMutation({ mutationFn: () => call('jobs.cancelBatch', input), onError: reportFailure })
  const retry = useMutation({ mutationFn: () => call('jobs.retryFailed', input), onError: reportFailure })
  const title = visibleText(group.title ?? '')
  const Chevron = open ? ChevronDown : ChevronRight

  return (
    <div className={styles.batch}>
      <div className={styles.line}>
        <button type="button" className={styles.toggle} aria-expanded={open} title={title} onClick={onToggle}>
          <Chevron size={15} aria-hidden />
          <GuestText text={group.title ?? ''} className={`truncate ${styles.title}`} />
        </button>
        {active.length > 0 && (
          <>
            <PauseButton jobs={group.all} of={title} compact />
            <Tooltip label="Cancel all">
              <ActionIcon aria-label={`Cancel all of ${title}`} disabled={cancel.isPending} onClick={() => cancel.mutate()}>
                <X size={15} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )}
      </div>
      {active.length > 0 && (
        <Meter value={progress.fraction} label={`Progress of ${title}`} tone={progress.state === 'running' ? 'accent' : 'dim'} />
      )}
      <p className={styles.words}>
        <span>{batchWords(group.all)}</span>
        {active.length > 0 && <span>{overallWords(progress)}</span>}
      </p>
      {again.length > 0 && (
        <div>
          <Button size="xs" leftSection={<RotateCcw size={13} aria-hidden />} disabled={retry.isPending} onClick={() => retry.mutate()}>
            {retryWord(again.map((job) => job.state))}
          </Button>
        </div>
      )}
    </div>
  )
}

/** What a crash interrupted was no failure of its own. */
function retryWord(states: readonly string[]): string {
  return states.every((state) => state === 'interrupted') ? 'Run interrupted again' : 'Retry failed'
}
