import { expect, test } from 'vitest'
import type { Envelope } from '#shared/contract'
import type { CallEvent } from './register-contract.js'
import { holdCalls } from './waiting-calls.js'

const event: CallEvent = { senderFrame: null }

test('a call that comes before its listener is answered by it, and says that calls have begun', async () => {
  let call: ((event: CallEvent, ...args: unknown[]) => Promise<Envelope>) | undefined
  const held = holdCalls({ handle: (_channel, listener) => (call = listener) }, 'channel')
  const answer = call?.(event, 'settings.get', 1)
  await held.begun
  held.handle('channel', async (_event, ...args) => ({ ok: true, value: args }))
  expect(await answer).toEqual({ ok: true, value: ['settings.get', 1] })
  expect(await call?.(event, 'jobs.list')).toEqual({ ok: true, value: ['jobs.list'] })
})
