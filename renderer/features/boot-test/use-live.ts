import { useQuery } from '@tanstack/react-query'
import type { BootLive } from '#shared/boot-test/boot-live'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { isActive } from '../jobs/job-words.js'

const POLL_MS = 400

/** How it stands with the machine of a test, while it runs. */
export function useLive(job: Job): BootLive | null {
  const isOn = isActive(job)
  const { data } = useQuery({
    queryKey: ['boot-test-live', job.id],
    queryFn: () => call('bootTest.live', { id: job.id }),
    enabled: isOn,
    staleTime: 0,
    gcTime: 0,
    refetchInterval: POLL_MS,
  })
  return isOn ? (data ?? null) : null
}
