import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { HardDriveDownload, Power, Trash2 } from 'lucide-react'
import type { BootLive } from '#shared/boot-test/boot-live'
import { SHUT_DOWN_SECONDS } from '#shared/boot-test/kept-machine'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { formatDuration } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { PathText } from '../../components/path-text.js'
import { JobProgress } from '../jobs/job-progress.js'
import styles from './verdict-panel.module.css'

type Keeping = NonNullable<BootLive['keeping']>

/** How far a machine has come that is being kept: what is waited for, and what can be done about it. */
export function KeepingPart({ job, live, keeping }: { readonly job: Job; readonly live: BootLive; readonly keeping: Keeping }) {
  return (
    <section className={styles.keeping} aria-label="Keeping the disk">
      {keeping.stage === 'closing' && <Closing job={job} keeping={keeping} seconds={Math.max(0, live.seconds - keeping.sinceSeconds)} />}
      {keeping.stage === 'writing' && (
        <>
          <p>Its disk is written to a new image:</p>
          <PathText path={keeping.output} />
          <JobProgress job={job} />
        </>
      )}
      {keeping.stage === 'waiting' && <NotWritten job={job} keeping={keeping} />}
    </section>
  )
}

function Closing({ job, keeping, seconds }: { readonly job: Job; readonly keeping: Keeping; readonly seconds: number }) {
  const { reportFailure } = useAppActions()
  const powerOff = useMutation({ mutationFn: () => call('bootTest.powerOff', { id: job.id }), onError: reportFailure })
  if (keeping.guest === 'pause') return <p>The machine is stopped where it is, and its disk is closed.</p>
  return (
    <>
      <p role="status">The guest was asked to switch itself off.</p>
      <p className="caption">
        Waited for {formatDuration(seconds)}, {SHUT_DOWN_SECONDS / 60} minutes at most: a guest without ACPI does not listen. Powered off
        now, its disk is kept as after a power cut.
      </p>
      <Button
        leftSection={<Power size={15} aria-hidden />}
        disabled={powerOff.isPending || powerOff.data === true}
        onClick={() => powerOff.mutate()}
      >
        Power off now
      </Button>
    </>
  )
}

/** The guest's work is not lost: it stays until the user says where it goes, or that it may go. */
function NotWritten({ job, keeping: { error } }: { readonly job: Job; readonly keeping: Keeping }) {
  const { reportFailure } = useAppActions()
  const keep = useMutation({ mutationFn: () => call('bootTest.keep', { id: job.id }), onError: reportFailure })
  const letGo = useMutation({ mutationFn: () => call('bootTest.release', { id: job.id }), onError: reportFailure })
  const isEnding = keep.isPending || letGo.isPending || letGo.data === true || job.state !== 'running'
  return (
    <>
      <p>Its disk could not be written. What the guest wrote is still there, until it is kept, let go, or Diskwright quits.</p>
      <Button variant="filled" leftSection={<HardDriveDownload size={15} aria-hidden />} disabled={isEnding} onClick={() => keep.mutate()}>
        Keep as new image…
      </Button>
      <Button variant="subtle" leftSection={<Trash2 size={15} aria-hidden />} disabled={isEnding} onClick={() => letGo.mutate()}>
        Let it go
      </Button>
      {error !== undefined && <ErrorNotice error={AppError.fromData(error)} />}
    </>
  )
}
