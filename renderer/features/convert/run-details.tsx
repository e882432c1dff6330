import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { FileText, RotateCcw } from 'lucide-react'
import { AppError } from '#shared/errors/app-error'
import { type ConvertInput, convertImageInputSchema } from '#shared/jobs/convert-request'
import type { Job } from '#shared/jobs/job'
import { artifact } from '#shared/platforms/artifacts'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { splitPath } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { JobActions } from '../jobs/job-actions.js'
import { JobCommands, JobLog } from '../jobs/job-log.js'
import { JobOutputView } from '../jobs/job-output.js'
import { JobProgress } from '../jobs/job-progress.js'
import { JobSteps } from '../jobs/job-steps.js'
import { isActive } from '../jobs/job-words.js'
import styles from './details.module.css'

/** The chosen cell: what it does now, what it made, and the very commands. */
export function RunDetails({ job }: { readonly job: Job }) {
  const { data: input } = convertImageInputSchema.safeParse(job.input)
  const { showJobs, reportFailure } = useAppActions()
  const report = job.output?.sidecars?.find((file) => file.endsWith('.report.txt'))
  return (
    <div className={styles.columns}>
      <section className={`card ${styles.details}`} aria-label={job.title}>
        <header className={styles.header}>
          <h2>{input === undefined ? <GuestText text={job.title} /> : <CellTitle input={input} />}</h2>
          <span className="dim">{startWords(job)}</span>
        </header>
        {isActive(job) && <JobProgress job={job} />}
        {job.error !== null && job.state !== 'cancelled' && <ErrorNotice error={AppError.fromData(job.error)} />}
        {job.output !== null && <JobOutputView output={job.output} kind={job.kind} />}
        <JobSteps steps={job.steps} paused={job.paused} />
        <div className={styles.actions}>
          <CellActions job={job} />
          {report !== undefined && (
            <Button
              size="xs"
              leftSection={<FileText size={14} aria-hidden />}
              onClick={() => call('host.reveal', { path: report }).catch(reportFailure)}
            >
              Show report
            </Button>
          )}
          <Button size="xs" variant="subtle" onClick={() => showJobs(job.id)}>
            Show in Jobs
          </Button>
        </div>
      </section>
      <div className={`card ${styles.commands}`}>
        <JobCommands job={job} />
        <JobLog job={job} />
      </div>
    </div>
  )
}

/** As everywhere, but a retry stays at the table: the new job takes the cell of the one that failed. */
function CellActions({ job }: { readonly job: Job }) {
  const { reportFailure } = useAppActions()
  const retry = useMutation({ mutationFn: () => call('jobs.retry', { id: job.id }), onError: reportFailure })
  if (isActive(job)) return <JobActions job={job} />
  if (job.state === 'succeeded') return null
  return (
    <Button size="xs" leftSection={<RotateCcw size={14} aria-hidden />} disabled={retry.isPending} onClick={() => retry.mutate()}>
      Try it again
    </Button>
  )
}

function CellTitle({ input }: { readonly input: ConvertInput }) {
  const { name } = splitPath(input.source)
  if (input.artifact === undefined) return <GuestText text={name} />
  return (
    <>
      <GuestText text={name} /> for {artifact(input.artifact).name}
    </>
  )
}

function startWords(job: Job): string {
  if (job.startedAt === null) return isActive(job) ? 'has not started' : 'never started'
  return `started ${new Date(job.startedAt).toLocaleTimeString('en-GB')}`
}
