import type { Bridge, CallInput, CallOutput, Channel, EventName, EventPayload } from '#shared/contract'
import { AppError } from '#shared/errors/app-error'

declare global {
  interface Window {
    readonly diskwright: Bridge
  }
}

type CallArguments<C extends Channel> = undefined extends CallInput<C> ? [] : [input: CallInput<C>]

/** Calls the core. Throws the AppError that the core answered with. */
export async function call<C extends Channel>(channel: C, ...[input]: CallArguments<C>): Promise<CallOutput<C>> {
  const envelope = await window.diskwright.invoke(channel, input)
  if (!envelope.ok) throw AppError.fromData(envelope.error)
  return envelope.value as CallOutput<C>
}

/** Listens to what main pushes; returns the function that unsubscribes. */
export function subscribe<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
  return window.diskwright.on(event, (payload) => listener(payload as EventPayload<E>))
}

/** Absolute paths of files that a drop carries; things that no disk holds are left out. */
export function pathsOfDrop(transfer: DataTransfer): string[] {
  return [...transfer.files].map((file) => window.diskwright.pathForFile(file)).filter((path) => path !== '')
}
