import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ChevronsUp } from 'lucide-react'
import type { Job } from '#shared/jobs/job'
import { jobsQuery } from '../../api/queries.js'
import { queueMoves } from './job-groups.js'
import { useQueue } from './use-queue.js'

/** Puts a queued job before all others that wait. */
export function RunNext({ job }: { readonly job: Job }) {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const { move } = useQueue()
  const { next } = queueMoves(jobs, job)
  if (next === undefined) return null
  return (
    <Button
      size="xs"
      leftSection={<ChevronsUp size={14} aria-hidden />}
      disabled={move.isPending}
      onClick={() => move.mutate({ id: job.id, before: next })}
    >
      Run next
    </Button>
  )
}
