import { useQuery } from '@tanstack/react-query'
import { Combine } from 'lucide-react'
import { jobsQuery } from '../../api/queries.js'
import { EmptyState } from '../../components/empty-state.js'
import { Screen } from '../../components/screen.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { AddImages } from './add-images.js'
import { batchRun } from './batch-runs.js'
import { useConvertStore } from './convert-store.js'
import { RunScreen } from './run-screen.js'
import { RunningLine } from './running-line.js'
import styles from './setup-screen.module.css'
import { SetupScreen } from './setup-screen.js'

/** Many images for many platforms: set up as a table, run as the same table. */
export function ConvertScreen() {
  const shown = useConvertStore((store) => store.shown)
  const isEmpty = useConvertStore((store) => store.sources.length === 0)
  const jobs = useQuery(jobsQuery)
  if (shown !== null && jobs.isPending) {
    return (
      <Screen title="Convert">
        <SkeletonRows rows={6} />
      </Screen>
    )
  }
  const run = shown === null ? null : batchRun(jobs.data ?? [], shown)
  if (run !== null) return <RunScreen key={run.id} run={run} />
  return isEmpty ? <EmptyScreen /> : <SetupScreen />
}

function EmptyScreen() {
  return (
    <Screen title="Convert" facts="Any number of images, for any number of platforms">
      <RunningLine />
      <div className={styles.zone}>
        <EmptyState icon={Combine} title="Drop the images to convert" actions={<AddImages filled />}>
          <p>
            Disk images, OVA and OVF, and packed ones (gz, xz, zst, bz2, tar). Then tick the platforms: you see sizes, steps and problems
            before anything is written, and every result is compared with its source.
          </p>
        </EmptyState>
      </div>
    </Screen>
  )
}
