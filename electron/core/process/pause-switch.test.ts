import { expect, test, vi } from 'vitest'
import { createPauseSwitch, startDeadline } from './pause-switch.js'

test('an open gate is passed at once, a closed one when it opens', async () => {
  const gate = createPauseSwitch(() => 0)
  await gate.pass()
  gate.set(true)
  const passed = vi.fn<() => void>()
  const waiting = gate.pass().then(passed)
  await Promise.resolve()
  expect(passed).not.toHaveBeenCalled()
  gate.set(false)
  await waiting
  expect(passed).toHaveBeenCalledOnce()
})

test('a gate that closes again at once holds who had not gone yet', async () => {
  const gate = createPauseSwitch(() => 0)
  gate.set(true)
  const passed = vi.fn<() => void>()
  const waiting = gate.pass().then(passed)
  gate.set(false)
  gate.set(true)
  await Promise.resolve()
  await Promise.resolve()
  expect(passed).not.toHaveBeenCalled()
  gate.set(false)
  await waiting
})

test('cancelling ends the waiting', async () => {
  const gate = createPauseSwitch(() => 0)
  const abort = new AbortController()
  gate.set(true)
  const waiting = gate.pass(abort.signal)
  abort.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  await expect(gate.pass(abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
})

test('listeners hear changes only; the paused time adds up', () => {
  let now = 10
  const gate = createPauseSwitch(() => now)
  const heard: boolean[] = []
  const leave = gate.onChange((paused) => heard.push(paused))
  gate.set(false)
  gate.set(true)
  gate.set(true)
  now = 13
  expect(gate.seconds()).toBe(3)
  gate.set(false)
  now = 20
  expect(gate.seconds()).toBe(3)
  gate.set(true)
  now = 21
  leave()
  gate.set(false)
  expect([heard, gate.seconds()]).toEqual([[true, false, true], 4])
})

test('what was paused before the work began is no standstill of it', () => {
  let now = 0
  const gate = createPauseSwitch(() => now)
  gate.set(true)
  now = 70
  gate.set(false)
  gate.begin()
  expect(gate.seconds()).toBe(0)
  gate.set(true)
  now = 75
  expect(gate.seconds()).toBe(5)
  gate.begin()
  now = 76
  expect(gate.seconds()).toBe(1)
})

test('a deadline does not come near while the gate is closed', () => {
  vi.useFakeTimers()
  const gate = createPauseSwitch(() => 0)
  const late = vi.fn<() => void>()
  const clear = startDeadline(1000, gate, late)
  vi.advanceTimersByTime(900)
  gate.set(true)
  vi.advanceTimersByTime(60_000)
  gate.set(false)
  vi.advanceTimersByTime(99)
  expect(late).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(late).toHaveBeenCalledOnce()
  clear()

  const cleared = vi.fn<() => void>()
  startDeadline(10, gate, cleared)()
  gate.set(true)
  gate.set(false)
  vi.advanceTimersByTime(100)
  expect(cleared).not.toHaveBeenCalled()
  vi.useRealTimers()
})
