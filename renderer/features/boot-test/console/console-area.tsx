import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { BootEvidence } from '#shared/boot-test/boot-test-report'
import type { Job } from '#shared/jobs/job'
import { type GuestView, useBootTestStore } from '../boot-test-store.js'
import { SerialView } from '../serial-view.js'
import styles from './console-area.module.css'
import { ScreenConsole } from './screen-console.js'
import { SerialConsole } from './serial-console.js'
import { SshConsole } from './ssh-console.js'

const VIEWS: Readonly<Record<GuestView, string>> = { serial: 'Serial console', text: 'Text', screen: 'Screen', ssh: 'SSH' }

interface ConsoleAreaProps {
  readonly job: Job
  /** The machine runs. */
  readonly isLive: boolean
  readonly evidence: readonly BootEvidence[]
  /** Where SSH of the guest is to be had; null where it is not. */
  readonly sshPort: number | null
}

/** What the guest shows: on its serial console, as plain lines of it, or on its screen. */
export function ConsoleArea({ job, isLive, evidence, sshPort }: ConsoleAreaProps) {
  const view = useBootTestStore((store) => store.view)
  const { look } = useBootTestStore.getState()
  const [tries, setTries] = useState(0)
  const views = (
    <SegmentedControl
      size="xs"
      aria-label="What is shown of the guest"
      value={view}
      onChange={(value) => look(value as GuestView)}
      data={Object.entries(VIEWS)
        .filter(([value]) => value !== 'ssh' || view === 'ssh' || sshPort !== null)
        .map(([value, label]) => ({ value, label }))}
    />
  )
  return (
    <section className={styles.area} aria-label="Consoles of the guest">
      {view === 'serial' && (
        <SerialConsole key={tries} id={job.id} isLive={isLive} evidence={evidence} views={views} onRetry={() => setTries(tries + 1)} />
      )}
      {view === 'text' && (
        <>
          <div className={styles.bar}>{views}</div>
          <SerialView job={job} evidence={evidence} />
        </>
      )}
      {view === 'ssh' && <SshConsole id={job.id} port={sshPort} views={views} />}
      {view === 'screen' && <ScreenConsole id={job.id} isLive={isLive} views={views} />}
    </section>
  )
}
