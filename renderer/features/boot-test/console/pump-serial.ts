import { MAX_TYPED } from '#shared/boot-test/boot-test-calls'
import { call } from '../../../api/client.js'
import type { ConsoleLink } from './console-link.js'

/** A guest writes byte by byte: what comes within this time goes together. */
const GATHER_MS = 30

/**
 * Shows what the guest of a test wrote, from the beginning or what of it is kept, and what follows. Only when a piece was drawn the next
 * one is asked for; of a guest that writes faster than that the middle is passed over. Ends with the console.
 */
export async function pumpSerial(id: string, link: ConsoleLink, signal: AbortSignal): Promise<void> {
  let from = 0
  while (!signal.aborted) {
    const { bytes, skipped, times, next, ended } = await call('bootTest.raw', { id, from })
    if (signal.aborted) return
    if (bytes.length > 0) await link.show({ bytes, skipped, times }, signal)
    from = next
    if (ended) return
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
  }
}

/** Sends what is typed, in its order. */
export function typist(id: string, onError: (error: unknown) => void): (text: string) => void {
  let last: Promise<unknown> = Promise.resolve()
  return (text) => {
    for (let at = 0; at < text.length; at += MAX_TYPED) {
      const piece = text.slice(at, at + MAX_TYPED)
      last = last.then(() => call('bootTest.send', { id, text: piece })).catch(onError)
    }
  }
}
