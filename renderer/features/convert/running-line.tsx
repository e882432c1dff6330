import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { jobsQuery } from '../../api/queries.js'
import { count } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { batchRun, runningBatch } from './batch-runs.js'
import { useConvertStore } from './convert-store.js'

/** While a batch runs, the next one can be set up; this leads back to it. */
export function RunningLine() {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const id = runningBatch(jobs)
  const run = id === null ? null : batchRun(jobs, id)
  if (run === null) return null
  return (
    <Note
      tone="neutral"
      actions={
        <Button size="xs" onClick={() => useConvertStore.getState().show(run.id)}>
          Show it
        </Button>
      }
    >
      <p>{run.jobs.length === 1 ? 'An artifact is being made.' : `${count(run.jobs.length, 'artifact')} are being made.`}</p>
    </Note>
  )
}
