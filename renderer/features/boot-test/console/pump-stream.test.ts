// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest'
import type { FromConsole } from '#shared/boot-test/console-messages'
import type { ConsoleLink } from './console-link.js'
import { pumpStream } from './pump-stream.js'

afterEach(() => vi.unstubAllGlobals())

function scene() {
  const pieces: { bytes: Uint8Array; ended: boolean }[] = [
    { bytes: new Uint8Array([1]), ended: false },
    { bytes: new Uint8Array(), ended: false },
  ]
  let ask: () => void = () => {}
  const invoke = vi.fn(async (channel: string, _input?: unknown) => {
    if (channel !== 'bootTest.readStream') return { ok: true }
    if (pieces.length === 0) await new Promise<void>((resolve) => (ask = resolve))
    return { ok: true, value: pieces.shift() ?? { bytes: new Uint8Array(), ended: true } }
  })
  vi.stubGlobal('diskwright', { invoke })
  let hear: (message: FromConsole) => void = () => {}
  const shown: unknown[] = []
  const said: unknown[] = []
  const link = {
    listen: (listener: typeof hear) => {
      hear = listener
      return () => (hear = () => {})
    },
    show: async ({ bytes }: { bytes: Uint8Array }) => void shown.push(bytes),
    say: (message: unknown) => void said.push(message),
  } as unknown as ConsoleLink
  return { invoke, link, shown, said, hear: (message: FromConsole) => hear(message), end: () => ask() }
}

test('what comes is shown, what is typed or sent goes the other way, and the end is told', async () => {
  const { invoke, link, shown, said, hear, end } = scene()
  const pumped = pumpStream(async () => ({ stream: 's' }), link, new AbortController().signal)
  await vi.waitFor(() => expect(invoke.mock.calls.filter(([channel]) => channel === 'bootTest.readStream')).toHaveLength(3))
  hear({ kind: 'typed', text: 'é' })
  hear({ kind: 'sent', bytes: new Uint8Array(70_000) })
  await vi.waitFor(() => expect(invoke.mock.calls.filter(([channel]) => channel === 'bootTest.writeStream')).toHaveLength(3))
  expect(invoke).toHaveBeenCalledWith('bootTest.writeStream', { stream: 's', bytes: new Uint8Array([0xc3, 0xa9]) })
  end()
  await pumped
  expect(shown).toEqual([new Uint8Array([1])])
  expect(said).toEqual([{ kind: 'ended' }])
})

test('who leaves closes the stream', async () => {
  const { invoke, link, said, end } = scene()
  const leaving = new AbortController()
  const pumped = pumpStream(async () => ({ stream: 's' }), link, leaving.signal)
  await vi.waitFor(() => expect(invoke.mock.calls.filter(([channel]) => channel === 'bootTest.readStream')).toHaveLength(3))
  leaving.abort()
  end()
  await pumped
  expect(invoke).toHaveBeenCalledWith('bootTest.closeStream', { stream: 's' })
  expect(said).toEqual([])
})
