import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Wrench } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.js'
import { JobRun } from '../jobs/job-run.js'
import { ResultPlaceRow, useResultPlace } from '../jobs/result-place.js'
import { useOpenedResult } from '../jobs/use-opened-result.js'
import { ACTION_WORDS } from './disk-action.js'
import styles from './repair-panel.module.css'

/** The way to an image that opens only after a repair: a copy beside it, which takes its place in the window. */
export function RepairPanel({ path }: { readonly path: string }) {
  const [job, setJob] = useState<string | null>(null)
  const extension = /\.([^./]+)$/.exec(path)?.[1] ?? 'img'
  const words = ACTION_WORDS.repair
  const at = useResultPlace({ source: path, suffix: words.suffix, extension })
  const { place } = at
  const start = useMutation({
    mutationFn: (to: { path: string; replace: boolean }) =>
      call('jobs.start', { kind: 'repair-image', input: { source: path, output: to.path, replace: to.replace } }),
    onSuccess: ({ id }) => setJob(id),
  })
  useOpenedResult(path, job)
  return (
    <section className={styles.panel} aria-label="Repair">
      {job !== null ? (
        <JobRun id={job} onLeave={() => {}} onAgain={() => setJob(null)} />
      ) : (
        <>
          <p className="dim">{words.hint}</p>
          <ResultPlaceRow label="Repaired copy" at={at} failure={start.error} />
          <div className={styles.actions}>
            <Button
              variant="filled"
              leftSection={<Wrench size={16} aria-hidden />}
              disabled={place === null}
              loading={start.isPending}
              onClick={() => place !== null && start.mutate(place)}
            >
              Repair a copy and open it
            </Button>
          </div>
        </>
      )}
    </section>
  )
}
