// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest'
import type { ConsoleLink } from './console-link.js'
import { pumpSerial, typist } from './pump-serial.js'

function core(answers: Readonly<Record<string, (input: never) => unknown>>) {
  const invoke = vi.fn(async (channel: string, input: unknown) => ({ ok: true, value: answers[channel]?.(input as never) }))
  vi.stubGlobal('diskwright', { invoke })
  return invoke
}
afterEach(() => vi.unstubAllGlobals())

test('pieces follow each other, each when the one before was drawn, until the console ends', async () => {
  const pieces = [
    { bytes: new Uint8Array([1]), skipped: 5, next: 6, ended: false, times: [] },
    { bytes: new Uint8Array(), skipped: 0, next: 6, ended: false, times: [] },
    { bytes: new Uint8Array([2]), skipped: 3, next: 10, ended: true, times: [[0, 1.5]] },
  ]
  const asked: number[] = []
  core({
    'bootTest.raw': ({ from }: { from: number }) => {
      asked.push(from)
      return pieces.shift()
    },
  })
  const shown: unknown[] = []
  const link = { show: async (piece: unknown) => void shown.push(piece) } as unknown as ConsoleLink
  await pumpSerial('a', link, new AbortController().signal)
  expect(asked).toEqual([0, 6, 6])
  expect(shown).toEqual([
    { bytes: new Uint8Array([1]), skipped: 5, times: [] },
    { bytes: new Uint8Array([2]), skipped: 3, times: [[0, 1.5]] },
  ])
})

test('what is typed goes in its order, long pastes in pieces; one that fails does not stop the next', async () => {
  const sent: string[] = []
  const onError = vi.fn()
  core({
    'bootTest.send': ({ text }: { text: string }) => {
      if (text === 'bad') throw new Error('gone')
      sent.push(text)
      return true
    },
  })
  const type = typist('a', onError)
  type('x'.repeat(70_000))
  type('bad')
  type('end')
  await vi.waitFor(() => expect(sent.at(-1)).toBe('end'))
  expect(sent.map(({ length }) => length)).toEqual([65_536, 4464, 3])
  expect(onError).toHaveBeenCalledOnce()
})
