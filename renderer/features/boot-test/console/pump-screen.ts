import { MAX_TYPED } from '#shared/boot-test/boot-test-calls'
import { call } from '../../../api/client.js'
import type { ConsoleLink } from './console-link.js'

/**
 * Connects the frame of a graphical console with the VNC of the machine, call by call over the contract: no port of the network is opened
 * for it that another user or program of this machine could reach. Ends with the machine.
 */
export async function pumpScreen(id: string, link: ConsoleLink, signal: AbortSignal): Promise<void> {
  const { stream } = await call('bootTest.openScreen', { id })
  let last: Promise<unknown> = Promise.resolve()
  const stop = link.listen((message) => {
    if (message.kind !== 'sent') return
    for (let at = 0; at < message.bytes.length; at += MAX_TYPED) {
      const bytes = message.bytes.slice(at, at + MAX_TYPED)
      // That the machine has gone is told by what is read
      last = last.then(() => call('bootTest.writeStream', { stream, bytes })).catch(() => undefined)
    }
  })
  const close = (): void => void call('bootTest.closeStream', { stream }).catch(() => undefined)
  signal.addEventListener('abort', close)
  try {
    if (signal.aborted) close()
    while (!signal.aborted) {
      const { bytes, ended } = await call('bootTest.readStream', { stream })
      if (bytes.length > 0) await link.show({ bytes, skipped: 0, times: [] }, signal)
      if (ended) return
    }
  } finally {
    stop()
    if (!signal.aborted) link.say({ kind: 'ended' })
  }
}
