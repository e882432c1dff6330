import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { awaitServer } from './await-server.js'

async function listen(onGuest: (guest: net.Socket) => void): Promise<{ readonly server: net.Server; readonly port: number }> {
  const server = net.createServer(onGuest).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

test('a server that speaks is not waited for', async () => {
  const { server, port } = await listen((guest) => guest.end('SSH-2.0-test\r\n'))
  const onWait = vi.fn()
  expect(await awaitServer({ port, signal: new AbortController().signal, onWait })).toBe(true)
  expect(onWait).not.toHaveBeenCalled()
  server.close()
})

test('a port that shows everybody out is asked until somebody speaks; that it waits is told once', async () => {
  let guests = 0
  const { server, port } = await listen((guest) => (++guests < 3 ? guest.destroy() : guest.end('SSH-2.0-test\r\n')))
  const onWait = vi.fn()
  expect(await awaitServer({ port, signal: new AbortController().signal, onWait })).toBe(true)
  expect([guests, onWait.mock.calls.length]).toEqual([3, 1])
  server.close()
})

test('nobody waits for a port where nobody listens, nor after the signal', async () => {
  const { server, port } = await listen(() => leaving.abort())
  const leaving = new AbortController()
  const onWait = vi.fn()
  expect(await awaitServer({ port, signal: leaving.signal, onWait })).toBe(false)
  server.close()
  await once(server, 'close')
  expect(await awaitServer({ port, signal: new AbortController().signal, onWait })).toBe(false)
  expect(onWait).not.toHaveBeenCalled()
})
