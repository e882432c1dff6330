import type { Envelope } from '#shared/contract'
import type { CallEvent, CallReceiver } from './register-contract.js'

type Listener = (event: CallEvent, ...args: unknown[]) => Promise<Envelope>

export interface HeldCalls extends CallReceiver {
  /** Resolves with the first call: the window has drawn itself and wants data. */
  readonly begun: Promise<void>
}

/**
 * Takes calls of one channel from the start and holds them until their listener is there: the window is shown before the core,
 * which answers them, has been loaded.
 */
export function holdCalls(receiver: CallReceiver, channel: string): HeldCalls {
  let begin: () => void
  let arrive: (listener: Listener) => void
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const arrival = new Promise<Listener>((resolve) => {
    arrive = resolve
  })
  receiver.handle(channel, async (event, ...args) => {
    begin()
    return (await arrival)(event, ...args)
  })
  return { begun, handle: (_channel, listener) => arrive(listener) }
}
