import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MS = 500
/** A busy guest takes its time with its first words: each silence is waited for longer than the one before. */
const FIRST_PATIENCE_MS = 3000
const LONGEST_PATIENCE_MS = 60_000

/** `closed`: it was let in, and shown out without a word; `silent`: it was let in, and nothing came; `refused`: nobody is there. */
type Answer = 'speaks' | 'closed' | 'silent' | 'refused'

export interface ServerWait {
  /** Of 127.0.0.1. */
  readonly port: number
  readonly signal: AbortSignal
  /** Called once, when nothing speaks at first. */
  readonly onWait: () => void
}

/**
 * Resolves when a guest speaks at a port that qemu forwards to it: true then, false when qemu does not listen there any more or the signal
 * came. qemu lets everybody in, whether the guest listens or not; only what is said tells: a server of SSH speaks first (RFC 4253, 4.2).
 */
export async function awaitServer({ port, signal, onWait }: ServerWait): Promise<boolean> {
  let patience = FIRST_PATIENCE_MS
  for (let knocks = 0; !signal.aborted; knocks++) {
    const answer = await knock(port, patience, signal)
    if (signal.aborted || answer === 'refused') return false
    if (answer === 'speaks') return true
    if (knocks === 0) onWait()
    if (answer === 'silent') patience = Math.min(patience * 2, LONGEST_PATIENCE_MS)
    else await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
  return false
}

function knock(port: number, patienceMs: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    const tell = (answer: Answer): void => {
      signal.removeEventListener('abort', leave)
      socket.destroy()
      resolve(answer)
    }
    const leave = (): void => tell('closed')
    signal.addEventListener('abort', leave)
    socket.setTimeout(patienceMs, () => tell('silent'))
    socket.once('data', () => tell('speaks'))
    socket.once('end', () => tell('closed'))
    socket.on('error', (error: NodeJS.ErrnoException) => tell(error.code === 'ECONNREFUSED' ? 'refused' : 'closed'))
  })
}
