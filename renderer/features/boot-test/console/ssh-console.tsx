import { Button, TextInput } from '@mantine/core'
import { LogIn } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { SSH_USER, sshArgs } from '#shared/boot-test/ssh-command'
import { shellLine } from '#shared/text/shell-quote'
import { call } from '../../../api/client.js'
import { useAppActions } from '../../../components/app-actions.js'
import { CopyButton } from '../../../components/copy-button.js'
import { ErrorNotice } from '../../../components/error-notice.js'
import styles from './console-area.module.css'
import { ConsoleFrame } from './console-frame.js'
import { pumpStream } from './pump-stream.js'
import { useConsoleLink } from './use-console-link.js'

const USUAL_USER = 'root'
const LABEL = 'SSH terminal in the guest. F6 leaves it.'

interface SshConsoleProps {
  readonly id: string
  /** Of 127.0.0.1; null when the machine has none, or has ended. */
  readonly port: number | null
  readonly views: React.ReactNode
}

/** A terminal in the guest by SSH, while its machine runs. */
export function SshConsole({ id, port, views }: SshConsoleProps) {
  const [user, setUser] = useState(USUAL_USER)
  const [session, setSession] = useState<{ readonly user: string; readonly count: number } | null>(null)
  const [isOpen, setOpen] = useState(false)
  const leave = useRef<HTMLButtonElement>(null)
  const isName = SSH_USER.test(user)
  const command = port === null || !isName ? null : shellLine(['ssh', ...sshArgs(port, user)])
  const signIn = () => {
    setOpen(true)
    setSession({ user, count: (session?.count ?? 0) + 1 })
  }
  return (
    <>
      <form
        className={styles.bar}
        aria-label="SSH"
        onSubmit={(event) => {
          event.preventDefault()
          if (command !== null && !isOpen) signIn()
        }}
      >
        {views}
        <span className={styles.space} />
        <TextInput
          className={styles.user ?? ''}
          size="xs"
          aria-label="User to sign in as"
          value={user}
          onChange={({ currentTarget }) => setUser(currentTarget.value)}
          error={!isName}
          disabled={isOpen}
          spellCheck={false}
        />
        <Button ref={leave} type="submit" size="xs" leftSection={<LogIn size={14} aria-hidden />} disabled={command === null || isOpen}>
          {session === null ? 'Sign in' : 'Sign in again'}
        </Button>
        {command !== null && <CopyButton text={command} label="Copy command for a terminal of your own" word="Copy command" />}
      </form>
      <div className={styles.screen}>
        {session === null ? (
          <div className={styles.over}>
            <p>
              {port === null
                ? 'There is no network to sign in by, or the machine has ended.'
                : "The guest's SSH is forwarded to this machine alone. It has to run an SSH server; the terminal waits for it."}
            </p>
          </div>
        ) : (
          <SshTerminal
            key={session.count}
            id={id}
            user={session.user}
            onEnd={() => setOpen(false)}
            onLeave={() => leave.current?.focus()}
          />
        )}
      </div>
      <p className={styles.hint}>
        <span>
          <kbd>F6</kbd> leaves the terminal
        </span>
        {session !== null && !isOpen && <span role="status">The connection has ended.</span>}
      </p>
    </>
  )
}

interface SshTerminalProps {
  readonly id: string
  readonly user: string
  readonly onEnd: () => void
  readonly onLeave: () => void
}

function SshTerminal({ id, user, onEnd, onLeave }: SshTerminalProps) {
  const { reportFailure } = useAppActions()
  const connected = useConsoleLink('terminal', LABEL)
  const { link } = connected
  const [size, setSize] = useState<{ readonly cols: number; readonly rows: number } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const told = useRef({ onEnd, onLeave })
  useEffect(() => {
    told.current = { onEnd, onLeave }
  })

  useEffect(
    () =>
      link?.listen((message) => {
        // The first one is what the terminal is opened with; it keeps it.
        if (message.kind === 'size') setSize((first) => first ?? { cols: message.cols, rows: message.rows })
        if (message.kind === 'leave') told.current.onLeave()
        if (message.kind === 'copied') call('host.copy', { text: message.text }).catch(reportFailure)
      }),
    [link, reportFailure],
  )

  useEffect(() => {
    if (link === null || size === null) return
    const leaving = new AbortController()
    link.say({ kind: 'live', isLive: true })
    link.say({ kind: 'focus' })
    pumpStream(() => call('bootTest.openSsh', { id, user, ...size }), link, leaving.signal)
      .catch((thrown: unknown) => {
        if (!leaving.signal.aborted) setError(thrown)
      })
      .finally(() => {
        if (leaving.signal.aborted) return
        link.say({ kind: 'live', isLive: false })
        told.current.onEnd()
      })
    return () => leaving.abort()
  }, [id, link, size, user])

  if (error !== null) return <ErrorNotice error={error} />
  return <ConsoleFrame connected={connected} title="SSH terminal in the guest" />
}
