import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { HardDriveDownload, Power } from 'lucide-react'
import type { BootLive } from '#shared/boot-test/boot-live'
import type { Job } from '#shared/jobs/job'
import { formatDuration } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { Badge } from '../../components/badge.js'
import { visibleText } from '../../components/visible-text.js'
import { JobSteps } from '../jobs/job-steps.js'
import { isActive } from '../jobs/job-words.js'
import { isSwitchedOn, machineState } from './boot-test-words.js'
import { EvidenceList } from './evidence-list.js'
import { KeepingPart } from './keeping-part.js'
import { TimeLine } from './time-line.js'
import styles from './verdict-panel.module.css'

/** How far a test has come that has not ended, or why it has ended without a verdict. */
export function LivePanel({ job, live }: { readonly job: Job; readonly live: BootLive | null }) {
  if (live === null) {
    return (
      <aside className={`card ${styles.panel}`} aria-label="Progress of the test">
        <h2>{isActive(job) ? 'Under way' : 'No verdict'}</h2>
        <JobSteps steps={job.steps} paused={job.paused} />
      </aside>
    )
  }
  const { judged, keeping } = live
  const { tone, words } = machineState(live)
  return (
    <aside className={`card ${styles.panel}`} aria-label={judged === null ? 'Progress of the test' : 'Verdict'}>
      <h2>{judged === null ? 'Under way' : 'Verdict'}</h2>
      <p className={styles.state}>
        <Badge tone={tone}>{words}</Badge>
        {isSwitchedOn(live) && <span className={styles.clock}>{formatDuration(live.seconds)}</span>}
      </p>
      {judged !== null && <p>{visibleText(judged.reason)}</p>}
      {keeping !== undefined && <KeepingPart job={job} live={live} keeping={keeping} />}
      {judged !== null && keeping === undefined && <MachineActions job={job} isJudged />}
      <EvidenceList evidence={live.evidence} missing={live.missing} missingWords={judged === null ? 'not yet' : 'not seen'} />
      {live.accelerator?.used === 'tcg' && <p className="caption">{visibleText(live.accelerator.reason)}</p>}
      <section className={styles.part} aria-label="Time line">
        <h3>Time line</h3>
        <TimeLine timeline={live.timeline} seconds={judged?.seconds ?? live.seconds} isRunning={judged === null} />
      </section>
      {judged === null && <MachineActions job={job} isJudged={false} />}
    </aside>
  )
}

/** What can be done with a machine that runs: its disk becomes an image, and after the verdict it is switched off. */
function MachineActions({ job, isJudged }: { readonly job: Job; readonly isJudged: boolean }) {
  const { reportFailure } = useAppActions()
  const release = useMutation({ mutationFn: () => call('bootTest.release', { id: job.id }), onError: reportFailure })
  const keep = useMutation({ mutationFn: () => call('bootTest.keep', { id: job.id }), onError: reportFailure })
  const isEnding = release.isPending || keep.isPending || job.state !== 'running'
  return (
    <div className={styles.actions}>
      {isJudged && <p className="caption">The machine stays on, to be used. What the guest writes goes away with it, unless it is kept.</p>}
      {isJudged && (
        <Button leftSection={<Power size={15} aria-hidden />} disabled={isEnding} onClick={() => release.mutate()}>
          Switch off
        </Button>
      )}
      <Button
        variant={isJudged ? 'default' : 'subtle'}
        leftSection={<HardDriveDownload size={15} aria-hidden />}
        disabled={isEnding}
        title="Ends the test, and keeps the machine's disk with all that the guest wrote. The image itself stays as it is."
        onClick={() => keep.mutate()}
      >
        Keep as new image…
      </Button>
    </div>
  )
}
