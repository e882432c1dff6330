import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'

/** Once a job has made its result, that opens, and the tab of the file it was made of closes. */
export function useOpenedResult(path: string, id: string | null): void {
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
