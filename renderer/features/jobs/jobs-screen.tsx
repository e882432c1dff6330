import { Button, SegmentedControl } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ListChecks, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { Screen } from '../../components/screen.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { JobDetails } from './job-details.js'
import { groupJobs } from './job-groups.js'
import { JobList } from './job-list.js'
import { isActive, type JobFilter, traySummary } from './job-words.js'
import styles from './jobs-screen.module.css'
import { PauseButton } from './pause-button.js'

const FILTERS: readonly { readonly value: JobFilter; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Running' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
]

/** The history: what ran, how it ended, and every command of it. */
export function JobsScreen({ selected }: { readonly selected: string | null }) {
  const jobs = useQuery(jobsQuery)
  const [filter, setFilter] = useState<JobFilter>('all')
  const { chooseImages, showJobs, reportFailure } = useAppActions()
  const all = jobs.data ?? []
  const ended = all.filter((job) => !isActive(job)).map((job) => job.id)
  const clear = useMutation({ mutationFn: () => call('jobs.remove', { ids: ended }), onError: reportFailure })
  const groups = groupJobs(all, filter)
  const shown = groups.flatMap((group) => group.shown)
  const current = shown.find((job) => job.id === selected) ?? shown.find((job) => job.state === 'running') ?? shown[0]

  return (
    <Screen
      title="Jobs"
      facts={all.length === 0 ? 'Nothing has run yet' : `${count(all.length, 'job')}. ${traySummary(all)}`}
      actions={
        <>
          {all.some(isActive) && <PauseButton jobs={all} of="all jobs" size="sm" />}
          <Button
            disabled={ended.length === 0 || clear.isPending}
            leftSection={<Trash2 size={15} aria-hidden />}
            onClick={() => clear.mutate()}
          >
            Clear finished
          </Button>
        </>
      }
    >
      {jobs.isPending && (
        <div className={`card ${styles.pending}`}>
          <SkeletonRows rows={6} />
        </div>
      )}
      {jobs.isError && <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isSuccess && all.length === 0 && (
        <div className="card">
          <EmptyState icon={ListChecks} title="No jobs yet" actions={<Button onClick={chooseImages}>Open image…</Button>}>
            <p>Saving and converting run as jobs. Each keeps its steps, its log, and the commands it ran.</p>
          </EmptyState>
        </div>
      )}
      {all.length > 0 && (
        <>
          <div>
            <SegmentedControl size="xs" aria-label="Show" value={filter} onChange={(value) => setFilter(value)} data={[...FILTERS]} />
          </div>
          <div className={styles.columns}>
            {shown.length === 0 ? (
              <p className={`card ${styles.none}`}>No job is {(FILTERS.find((row) => row.value === filter)?.label ?? '').toLowerCase()}.</p>
            ) : (
              <JobList jobs={all} groups={groups} current={current?.id ?? null} onSelect={showJobs} />
            )}
            {current !== undefined && <JobDetails key={current.id} job={current} />}
          </div>
        </>
      )}
    </Screen>
  )
}
