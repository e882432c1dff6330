import { expect, test } from 'vitest'
import { ConsoleLink } from './console-link.js'

function connected() {
  const { port1, port2 } = new MessageChannel()
  const link = new ConsoleLink(port1)
  const heard: unknown[] = []
  link.listen((message) => heard.push(message))
  port2.start()
  return { link, port: port2, heard }
}
const delivered = (port: MessagePort) =>
  new Promise<unknown>((resolve) => port.addEventListener('message', ({ data }) => resolve(data), { once: true }))

test('only messages of the agreed form are heard', async () => {
  const { link, port, heard } = connected()
  for (const message of [{ kind: 'typed', text: 7 }, { kind: 'steal' }, 'x', null, { kind: 'typed', text: 'ls\r' }])
    port.postMessage(message)
  await new Promise<void>((resolve) => link.listen(() => resolve()))
  expect(heard).toEqual([{ kind: 'typed', text: 'ls\r' }])
  link.close()
})

test('a piece is shown when the frame has drawn it', async () => {
  const { link, port } = connected()
  const asked = delivered(port)
  let isShown = false
  const shown = link.show({ bytes: new Uint8Array([65]), skipped: 0, times: [] }, new AbortController().signal).then(() => (isShown = true))
  expect(await asked).toMatchObject({ kind: 'bytes', skipped: 0 })
  expect(isShown).toBe(false)
  port.postMessage({ kind: 'taken' })
  await shown
  link.close()
})

test('who has left waits for nothing', async () => {
  const { link } = connected()
  const leaving = new AbortController()
  const shown = link.show({ bytes: new Uint8Array(), skipped: 0, times: [] }, leaving.signal)
  leaving.abort()
  await expect(shown).resolves.toBeUndefined()
  link.close()
})
