import { Button } from '@mantine/core'
import { Clock, Copy } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { BootEvidence } from '#shared/boot-test/boot-test-report'
import type { ToConsole } from '#shared/boot-test/console-messages'
import { call } from '../../../api/client.js'
import { useAppActions } from '../../../components/app-actions.js'
import { ErrorNotice } from '../../../components/error-notice.js'
import styles from './console-area.module.css'
import { ConsoleFrame } from './console-frame.js'
import { ConsoleSearch } from './console-search.js'
import { pumpSerial, typist } from './pump-serial.js'
import { useConsoleLink } from './use-console-link.js'

const TONES = { ready: 'green', fail: 'red', note: 'amber' } as const
const LABEL = 'Serial console of the guest. What is typed goes to the guest, F6 leaves the console. Its lines can be read in the Text view.'

interface SerialConsoleProps {
  readonly id: string
  /** The machine runs: it can be typed to. */
  readonly isLive: boolean
  readonly evidence: readonly BootEvidence[]
  /** Left of what can be done with the console. */
  readonly views: React.ReactNode
  /** It could not be read: begins anew. */
  readonly onRetry: () => void
}

/** The serial console of a test, to read and to type into. */
export function SerialConsole({ id, isLive, evidence, views, onRetry }: SerialConsoleProps) {
  const { reportFailure } = useAppActions()
  const connected = useConsoleLink('terminal', LABEL)
  const { link } = connected
  const [error, setError] = useState<unknown>(null)
  const [areTimesShown, setTimesShown] = useState(false)
  const search = useRef<HTMLInputElement>(null)
  const leave = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    if (link === null) return
    const leaving = new AbortController()
    const type = typist(id, reportFailure)
    const stop = link.listen((message) => {
      if (message.kind === 'typed') type(message.text)
      if (message.kind === 'leave') leave.current?.focus()
      if (message.kind === 'search') search.current?.focus()
      if (message.kind === 'copied') call('host.copy', { text: message.text }).catch(reportFailure)
    })
    pumpSerial(id, link, leaving.signal).catch((thrown: unknown) => {
      if (!leaving.signal.aborted) setError(thrown)
    })
    return () => {
      leaving.abort()
      stop()
    }
  }, [id, link, reportFailure])

  useEffect(() => link?.say({ kind: 'live', isLive }), [link, isLive])
  useEffect(() => link?.say({ kind: 'times', areShown: areTimesShown }), [link, areTimesShown])
  const marks = JSON.stringify(evidence.slice(0, 100).map(({ kind, line }) => ({ line: line.slice(0, 500), tone: TONES[kind] })))
  useEffect(() => {
    link?.say({ kind: 'marks', marks: JSON.parse(marks) as Extract<ToConsole, { kind: 'marks' }>['marks'] })
  }, [link, marks])

  return (
    <>
      <div className={styles.bar} role="toolbar" aria-label="Serial console">
        {views}
        <span className={styles.space} />
        <ConsoleSearch link={link} input={search} />
        <Button
          size="xs"
          variant={areTimesShown ? 'light' : 'default'}
          aria-pressed={areTimesShown}
          leftSection={<Clock size={14} aria-hidden />}
          onClick={() => setTimesShown(!areTimesShown)}
        >
          Times
        </Button>
        <Button
          ref={leave}
          size="xs"
          title="What is selected, else all of it"
          leftSection={<Copy size={14} aria-hidden />}
          onClick={() => link?.say({ kind: 'copy' })}
        >
          Copy
        </Button>
      </div>
      {error !== null && <ErrorNotice error={error} onRetry={onRetry} />}
      <div className={styles.screen}>
        <ConsoleFrame connected={connected} title="Serial console of the guest" />
      </div>
      <p className={styles.hint}>
        {isLive && <span>Click, and type to the guest.</span>}
        <span>
          <kbd>F6</kbd> leaves the console
        </span>
        <span>
          <kbd>Ctrl</kbd> <kbd>Shift</kbd> with <kbd>C</kbd> copies{isLive && ', with '}
          {isLive && <kbd>V</kbd>}
          {isLive && ' pastes'}, with <kbd>F</kbd> finds
        </span>
      </p>
    </>
  )
}
