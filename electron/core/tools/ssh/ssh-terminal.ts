import { Duplex } from 'node:stream'
import { sshArgs } from '#shared/boot-test/ssh-command'
import { shellLine } from '#shared/text/shell-quote'
import type { Host } from '../../process/host.js'

export interface SshPlace {
  /** Of 127.0.0.1. */
  readonly port: number
  readonly user: string
  /** Of the terminal, for as long as it is open. */
  readonly cols: number
  readonly rows: number
}

/**
 * SSH in a terminal of its own, as bytes. The terminal is made by script(1): it takes no module of native code, and nothing but a width that
 * does not change. Ends when the stream is destroyed. Throws `tool-missing`.
 */
export async function startSshTerminal(host: Host, { port, user, cols, rows }: SshPlace): Promise<Duplex> {
  host.find('ssh')
  const command = `stty cols ${cols} rows ${rows} && exec ${shellLine(['ssh', ...sshArgs(port, user)])}`
  const terminal = await host.start('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
    env: { TERM: 'xterm-256color' },
  })
  const stream = Duplex.from({ writable: terminal.stdin, readable: terminal.stdout })
  stream.once('close', () => void terminal.stop(500))
  return stream
}
