import { useQuery } from '@tanstack/react-query'
import { jobsQuery } from '../../api/queries.js'
import type { Draft } from '../../features/clouds/draft.js'
import { STEP_WORDS } from '../../features/clouds/ship-steps.js'
import { isActive } from '../../features/jobs/job-words.js'

/** One line of what the step is for; of an upload that has ended, what there is to know then. */
export function StepWords({ draft }: { readonly draft: Draft }) {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const job = draft.step === 'run' ? jobs.find(({ id }) => id === draft.job) : undefined
  if (job === undefined || isActive(job)) return <p className="dim">{STEP_WORDS[draft.step]}</p>
  return (
    <p className="dim">
      {job.state === 'succeeded' ? 'What is there now, and what to do with it.' : 'Nothing that was filled in is lost.'}
    </p>
  )
}
