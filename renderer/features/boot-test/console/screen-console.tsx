import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ImageDown, Keyboard } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { call } from '../../../api/client.js'
import { useAppActions } from '../../../components/app-actions.js'
import { ErrorNotice } from '../../../components/error-notice.js'
import styles from './console-area.module.css'
import { ConsoleFrame } from './console-frame.js'
import { pumpStream } from './pump-stream.js'
import { useConsoleLink } from './use-console-link.js'

const LABEL = 'Graphical console of the guest. Keyboard and pointer go to the guest, F6 leaves the console.'

interface ScreenConsoleProps {
  readonly id: string
  readonly isLive: boolean
  readonly views: React.ReactNode
}

/** The graphical console of a test while its machine runs; afterwards its last picture. */
export function ScreenConsole({ id, isLive, views }: ScreenConsoleProps) {
  const { reportFailure } = useAppActions()
  const leave = useRef<HTMLButtonElement>(null)
  const [isGone, setGone] = useState(false)
  const save = () => call('bootTest.savePicture', { id }).catch(reportFailure)
  const [press, setPress] = useState<(() => void) | null>(null)
  const shows = isLive && !isGone
  return (
    <>
      <div className={styles.bar} role="toolbar" aria-label="Graphical console">
        {views}
        <span className={styles.space} />
        {shows && (
          <Button size="xs" leftSection={<Keyboard size={14} aria-hidden />} disabled={press === null} onClick={() => press?.()}>
            Ctrl + Alt + Del
          </Button>
        )}
        <Button ref={leave} size="xs" leftSection={<ImageDown size={14} aria-hidden />} onClick={() => void save()}>
          Save picture…
        </Button>
      </div>
      {shows ? (
        <LiveScreen id={id} onGone={() => setGone(true)} onLeave={() => leave.current?.focus()} onPress={(work) => setPress(() => work)} />
      ) : (
        <LastPicture id={id} isLive={isLive} />
      )}
      <p className={styles.hint}>
        {shows && <span>Click, and type to the guest; the pointer is its own.</span>}
        {shows && (
          <span>
            <kbd>F6</kbd> leaves the console
          </span>
        )}
      </p>
    </>
  )
}

interface LiveScreenProps {
  readonly id: string
  readonly onGone: () => void
  readonly onLeave: () => void
  /** With what presses Ctrl, Alt and Del. */
  readonly onPress: (press: () => void) => void
}

function LiveScreen({ id, onGone, onLeave, onPress }: LiveScreenProps) {
  const connected = useConsoleLink('screen', LABEL)
  const { link } = connected
  const [isConnected, setConnected] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const told = useRef({ onGone, onLeave, onPress })
  useEffect(() => {
    told.current = { onGone, onLeave, onPress }
  })

  useEffect(() => {
    if (link === null) return
    const leaving = new AbortController()
    const stop = link.listen((message) => {
      if (message.kind === 'leave') told.current.onLeave()
      if (message.kind !== 'screen') return
      setConnected(message.state === 'connected')
      if (message.state === 'connected') {
        told.current.onPress(() => {
          link.say({ kind: 'ctrl-alt-del' })
          link.say({ kind: 'focus' })
        })
        link.say({ kind: 'focus' })
      } else told.current.onGone()
    })
    pumpStream(() => call('bootTest.openScreen', { id }), link, leaving.signal).catch((thrown: unknown) => {
      if (!leaving.signal.aborted) setError(thrown)
    })
    return () => {
      leaving.abort()
      stop()
    }
  }, [id, link])

  if (error !== null) return <ErrorNotice error={error} />
  return (
    <div className={styles.screen}>
      <ConsoleFrame connected={connected} title="Graphical console of the guest" />
      {!isConnected && (
        <div className={styles.over} role="status">
          Connecting to the screen of the machine…
        </div>
      )}
    </div>
  )
}

/** What was on the screen when the test ended. */
function LastPicture({ id, isLive }: { readonly id: string; readonly isLive: boolean }) {
  const picture = useQuery({
    queryKey: ['boot-test-screen', id, isLive],
    queryFn: () => call('bootTest.screenshot', { id }),
    staleTime: 0,
  })
  const url = picture.data?.url
  return (
    <div className={styles.screen}>
      <div className={styles.over}>
        {url !== undefined && <img src={url} alt="Graphical console of the guest when the test ended" />}
        <p>
          {url === undefined ? 'The machine has ended, and no picture of its screen was kept.' : 'The machine has ended. Its last picture.'}
        </p>
      </div>
    </div>
  )
}
