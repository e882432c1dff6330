import { expect, test } from 'vitest'
import type { Envelope } from '#shared/contract'
import { AppError } from '#shared/errors/app-error'
import { silentLogger } from '#core/log/logger'
import { CALL_CHANNEL } from './channels.js'
import { type CallEvent, type Handlers, registerContract } from './register-contract.js'

const topFrame: CallEvent = { senderFrame: { url: 'app://diskwright/index.html', parent: null } }

function callerOf(handlers: Partial<Handlers>): (channel: unknown, input?: unknown, event?: CallEvent) => Promise<Envelope> {
  const registered = new Map<string, (event: CallEvent, ...args: unknown[]) => Promise<Envelope>>()
  registerContract(
    { handle: (name, listener) => registered.set(name, listener) },
    { handlers: handlers as Handlers, isTrustedUrl: (url) => url.startsWith('app://diskwright/'), log: silentLogger },
  )
  const listener = registered.get(CALL_CHANNEL)
  if (!listener) throw new Error('nothing was registered')
  return (channel, input, event = topFrame) => listener(event, channel, input)
}

test('hands parsed input to the handler and the parsed answer back', async () => {
  const call = callerOf({ 'outputs.suggest': async ({ source, suffix }) => ({ path: `${source}${suffix}`, leaked: true }) })
  expect(await call('outputs.suggest', { source: '/a', suffix: '-b', extension: 'raw', more: 1 })).toEqual({
    ok: true,
    value: { path: '/a-b' },
  })
})

test.each(['no.such', '__proto__', 'constructor', 'toString', 7, null])('refuses the unknown call %j', async (channel) => {
  const answer = await callerOf({})(channel)
  expect(answer).toMatchObject({ ok: false, error: { code: 'bad-input' } })
})

test('refuses input that does not fit, before the handler sees it', async () => {
  let called = false
  const call = callerOf({
    'jobs.cancel': async () => {
      called = true
    },
  })
  const answer = await call('jobs.cancel', { id: 7 })
  expect(answer).toMatchObject({ ok: false, error: { code: 'bad-input', details: { channel: 'jobs.cancel' } } })
  expect(called).toBe(false)
})

test.each([
  ['a foreign document', { url: 'https://example.invalid/', parent: null }],
  ['a frame inside of ours', { url: 'app://diskwright/index.html', parent: {} }],
  ['a frame that is gone', null],
])('refuses %s', async (_, senderFrame) => {
  const call = callerOf({ 'jobs.list': async () => [] })
  expect(await call('jobs.list', undefined, { senderFrame })).toMatchObject({ ok: false, error: { code: 'bad-input' } })
})

test('an error keeps its code, facts and actions', async () => {
  const call = callerOf({
    'jobs.list': async () => {
      throw new AppError('no-space', { details: { neededBytes: 5 }, actions: [{ kind: 'choose-output' }], toolOutput: 'full' })
    },
  })
  expect(await call('jobs.list')).toEqual({
    ok: false,
    error: { code: 'no-space', details: { neededBytes: 5 }, actions: [{ kind: 'choose-output' }], toolOutput: 'full' },
  })
})

test('an answer that does not fit the contract is an internal error, not a surprise in the window', async () => {
  const call = callerOf({ 'outputs.suggest': async () => ({ path: 7 }) as never })
  const answer = await call('outputs.suggest', { source: '/a', suffix: '', extension: 'raw' })
  expect(answer).toMatchObject({ ok: false, error: { code: 'internal', details: { channel: 'outputs.suggest' } } })
})
