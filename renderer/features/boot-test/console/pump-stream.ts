import { MAX_TYPED } from '#shared/boot-test/boot-test-calls'
import { call } from '../../../api/client.js'
import type { ConsoleLink } from './console-link.js'

/**
 * Connects the frame of a console with a stream of the machine, call by call over the contract: no port of the network is opened for it
 * that another user or program of this machine could reach. Ends with the stream.
 */
export async function pumpStream(open: () => Promise<{ stream: string }>, link: ConsoleLink, signal: AbortSignal): Promise<void> {
  const { stream } = await open()
  const encoder = new TextEncoder()
  let last: Promise<unknown> = Promise.resolve()
  const send = (all: Uint8Array): void => {
    for (let at = 0; at < all.length; at += MAX_TYPED) {
      const bytes = all.slice(at, at + MAX_TYPED)
      // That the other end has gone is told by what is read
      last = last.then(() => call('bootTest.writeStream', { stream, bytes })).catch(() => undefined)
    }
  }
  const stop = link.listen((message) => {
    if (message.kind === 'sent') send(message.bytes)
    if (message.kind === 'typed') send(encoder.encode(message.text))
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
