import { Duplex, PassThrough } from 'node:stream'
import { sshArgs } from '#shared/boot-test/ssh-command'
import { shellLine } from '#shared/text/shell-quote'
import type { Host, ToolProcess } from '../../process/host.js'
import { awaitServer } from './await-server.js'

const CTRL_C = 3
const WAITS = "The guest's SSH server does not answer yet. This terminal waits for it; Ctrl+C ends the wait.\r\n"
const GONE = 'Nothing listens there any more: the machine has ended.\r\n'
const LEFT = 'Nobody waits for it any more.\r\n'

export interface SshPlace {
  /** Of 127.0.0.1. */
  readonly port: number
  /** Comes when the machine goes: while SSH asks for a password, it does not listen to whom it asks for. */
  readonly gone: AbortSignal
  readonly user: string
  /** Of the terminal, for as long as it is open. */
  readonly cols: number
  readonly rows: number
}

/**
 * SSH in a terminal of its own, as bytes: where the guest's server does not answer yet, it says so and waits. The terminal is made by
 * script(1): it takes no module of native code, and nothing but a width that does not change. Ends with SSH, with the machine, and when the
 * stream is destroyed. Throws `tool-missing`.
 */
export async function startSshTerminal(host: Host, place: SshPlace): Promise<Duplex> {
  for (const tool of ['ssh', 'script'] as const) host.find(tool)
  const typed = new PassThrough()
  const shown = new PassThrough()
  const stream = Duplex.from({ writable: typed, readable: shown })
  const closed = new AbortController()
  stream.once('close', () => closed.abort())
  void connect(host, place, { typed, shown, closed: closed.signal }).catch((thrown: unknown) => stream.destroy(thrown as Error))
  return stream
}

interface Ends {
  readonly typed: PassThrough
  readonly shown: PassThrough
  readonly closed: AbortSignal
}

async function connect(host: Host, place: SshPlace, { typed, shown, closed }: Ends): Promise<void> {
  const left = new AbortController()
  const onTyped = (bytes: Buffer): void => {
    if (bytes.includes(CTRL_C)) left.abort()
  }
  typed.on('data', onTyped)
  const speaks = await awaitServer({
    port: place.port,
    signal: AbortSignal.any([closed, place.gone, left.signal]),
    onWait: () => shown.write(WAITS),
  })
  if (closed.aborted) return
  if (!speaks) return void shown.end(left.signal.aborted ? LEFT : GONE)
  const terminal = await startScript(host, place)
  if (closed.aborted || place.gone.aborted) await terminal.stop(0)
  for (const end of [closed, place.gone]) end.addEventListener('abort', () => void terminal.stop(500))
  typed.off('data', onTyped)
  typed.pipe(terminal.stdin)
  terminal.stdout.pipe(shown, { end: false })
  terminal.stdout.once('end', () => shown.end(place.gone.aborted ? `\r\n${GONE}` : ''))
}

/** The keys that the user's own SSH would offer are offered here: those of the home folder, and those that an agent holds. */
function startScript(host: Host, { port, user, cols, rows }: SshPlace): Promise<ToolProcess> {
  const command = `stty cols ${cols} rows ${rows} && exec ${shellLine(['ssh', ...sshArgs(port, user)])}`
  const agent = host.env.SSH_AUTH_SOCK
  return host.start('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
    // Debian's ssh_config(5) sends the locale to the guest; the console shows UTF-8
    env: { TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...(agent && { SSH_AUTH_SOCK: agent }) },
  })
}
