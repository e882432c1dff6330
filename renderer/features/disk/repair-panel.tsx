import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Wrench } from 'lucide-react'
import { useEffect, useState } from 'react'
import { call } from '../../api/client.js'
import { jobsQuery, suggestQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { FormRow } from '../../components/form-row.js'
import { OutputField } from '../../components/output-field.js'
import { JobRun } from '../jobs/job-run.js'
import { ACTION_WORDS } from './disk-action.js'
import styles from './repair-panel.module.css'

/** The way to an image that opens only after a repair: a copy beside it, which takes its place in the window. */
export function RepairPanel({ path }: { readonly path: string }) {
  const { reportFailure } = useAppActions()
  const [job, setJob] = useState<string | null>(null)
  const [chosen, setChosen] = useState<{ path: string; replace: boolean } | null>(null)
  const extension = /\.([^./]+)$/.exec(path)?.[1] ?? 'img'
  const words = ACTION_WORDS.repair
  const suggestion = useQuery({ ...suggestQuery({ source: path, suffix: words.suffix, extension }), enabled: chosen === null })
  const place = chosen ?? (suggestion.data === undefined ? null : { path: suggestion.data.path, replace: false })
  const start = useMutation({
    mutationFn: (to: { path: string; replace: boolean }) =>
      call('jobs.start', { kind: 'repair-image', input: { source: path, output: to.path, replace: to.replace } }),
    onSuccess: ({ id }) => setJob(id),
  })
  const choose = async () => {
    const picked = await call('outputs.choose', { suggested: place?.path ?? path })
    if (picked !== null) setChosen(picked)
  }
  useOpenedResult(path, job)
  return (
    <section className={styles.panel} aria-label="Repair">
      {job !== null ? (
        <JobRun id={job} onLeave={() => {}} onAgain={() => setJob(null)} />
      ) : (
        <>
          <p className="dim">{words.hint}</p>
          <FormRow name="Write to">
            <OutputField label="Repaired copy" path={place?.path ?? ''} onChoose={() => choose().catch(reportFailure)} />
          </FormRow>
          {suggestion.isError && <ErrorNotice error={suggestion.error} onChooseOutput={() => choose().catch(reportFailure)} />}
          {start.isError && <ErrorNotice error={start.error} onChooseOutput={() => choose().catch(reportFailure)} />}
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

function useOpenedResult(path: string, id: string | null): void {
  const { data: jobs } = useQuery(jobsQuery)
  const { openImages, closeImage } = useAppActions()
  const job = jobs?.find((one) => one.id === id)
  const output = job?.state === 'succeeded' ? job.output?.path : undefined
  useEffect(() => {
    if (output === undefined) return
    openImages([output])
    closeImage(path)
  }, [output, path, openImages, closeImage])
}
