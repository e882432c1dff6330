import { z } from 'zod'
import { type CallOutput, type Channel, contract, type Envelope, type ParsedInput } from '#shared/contract'
import { AppError, toAppError } from '#shared/errors/app-error'
import type { Logger } from '#core/log/logger'
import { CALL_CHANNEL } from './channels.js'

/** One function per channel of the contract; a missing one does not compile. */
export type Handlers = { readonly [C in Channel]: (input: ParsedInput<C>) => Promise<Answer<C>> }
type Answer<C extends Channel> = CallOutput<C> extends undefined ? void : CallOutput<C>

/** The part of Electron's `IpcMainInvokeEvent` that tells who calls. */
export interface CallEvent {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

/** The part of Electron's `ipcMain` that the registrar uses. */
export interface CallReceiver {
  handle(channel: string, listener: (event: CallEvent, ...args: unknown[]) => Promise<Envelope>): void
}

export interface RegisterOptions {
  readonly handlers: Handlers
  /** Whether a document with this address may call. */
  readonly isTrustedUrl: (url: string) => boolean
  readonly log: Logger
}

/**
 * Serves every call of the contract on one channel: trusted top frame, known name, valid input, valid output.
 * Never rejects: errors travel in the envelope, because Electron would keep only their message.
 */
export function registerContract(receiver: CallReceiver, options: RegisterOptions): void {
  receiver.handle(CALL_CHANNEL, async (event, channel, input) => {
    try {
      assertTrusted(event, options.isTrustedUrl)
      return { ok: true, value: await serve(options.handlers, asChannel(channel), input) }
    } catch (thrown) {
      const error = toAppError(thrown)
      options.log.warn('ipc.refused', { channel: String(channel), code: error.code, message: error.message })
      return { ok: false, error: error.data }
    }
  })
}

function assertTrusted({ senderFrame }: CallEvent, isTrustedUrl: (url: string) => boolean): void {
  if (senderFrame === null) throw new AppError('bad-input', { details: { problem: 'the calling frame is gone' } })
  if (senderFrame.parent !== null) throw new AppError('bad-input', { details: { problem: 'only the top frame may call' } })
  if (!isTrustedUrl(senderFrame.url)) throw new AppError('bad-input', { details: { problem: 'a foreign document may not call' } })
}

function asChannel(channel: unknown): Channel {
  if (typeof channel === 'string' && Object.hasOwn(contract, channel)) return channel as Channel
  throw new AppError('bad-input', { details: { problem: `there is no call named ${JSON.stringify(channel)}` } })
}

async function serve<C extends Channel>(handlers: Handlers, channel: C, input: unknown): Promise<unknown> {
  const { input: inputSchema, output: outputSchema } = contract[channel]
  const parsed = inputSchema.safeParse(input)
  if (!parsed.success) throw new AppError('bad-input', { details: { channel, problem: z.prettifyError(parsed.error) } })
  const output = outputSchema.safeParse(await handlers[channel](parsed.data as ParsedInput<C>))
  if (!output.success) throw new AppError('internal', { details: { channel, message: z.prettifyError(output.error) } })
  return output.data
}
