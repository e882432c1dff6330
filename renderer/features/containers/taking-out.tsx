import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { JobRun } from '../jobs/job-run.js'
import { type TakingOut as Taking, useContainersStore } from './containers-store.js'
import styles from './found-image.module.css'

/** How it goes; a disk opens once it is there. */
export function TakingOut({ taking }: { readonly taking: Taking }) {
  const takeOut = useContainersStore((store) => store.takeOut)
  const { openImages } = useAppActions()
  const { data: jobs } = useQuery(jobsQuery)
  const job = jobs?.find(({ id }) => id === taking.job)
  const output = taking.opens && job?.state === 'succeeded' ? job.output?.path : undefined
  const box = useRef<HTMLElement>(null)

  useEffect(() => {
    if (output === undefined) return
    takeOut(null)
    openImages([output])
  }, [output, openImages, takeOut])
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [])

  if (job === undefined) return null
  return (
    <section ref={box} className={`card ${styles.content}`} aria-label="Taking out">
      <JobRun id={taking.job} onLeave={() => {}} onAgain={() => takeOut(null)} />
    </section>
  )
}
