import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { BootEvidence } from '#shared/boot-test/boot-test-report'
import type { Job } from '#shared/jobs/job'
import { SerialView } from '../serial-view.js'
import styles from './console-area.module.css'
import { ScreenConsole } from './screen-console.js'
import { SerialConsole } from './serial-console.js'

const VIEWS = { serial: 'Serial console', text: 'Text', screen: 'Screen' } as const
type View = keyof typeof VIEWS

interface ConsoleAreaProps {
  readonly job: Job
  /** The machine runs. */
  readonly isLive: boolean
  readonly evidence: readonly BootEvidence[]
}

/** What the guest shows: on its serial console, as plain lines of it, or on its screen. */
export function ConsoleArea({ job, isLive, evidence }: ConsoleAreaProps) {
  const [view, setView] = useState<View>('serial')
  const [tries, setTries] = useState(0)
  const views = (
    <SegmentedControl
      size="xs"
      aria-label="What is shown of the guest"
      value={view}
      onChange={(value) => setView(value as View)}
      data={Object.entries(VIEWS).map(([value, label]) => ({ value, label }))}
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
      {view === 'screen' && <ScreenConsole id={job.id} isLive={isLive} views={views} />}
    </section>
  )
}
