import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { QmpClient, type QmpEvent } from './qmp.js'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-qmp-'))
const open: net.Socket[] = []
afterEach(() => open.splice(0).forEach((socket) => socket.destroy()))

/** A client and the other end of its socket; `answer` gets each command. */
async function pair(answer: (command: { execute: string; id: string }, socket: net.Socket) => void) {
  const file = path.join(folder, `${open.length}-${process.hrtime.bigint()}`)
  const events: QmpEvent[] = []
  const accepted = new Promise<net.Socket>((resolve) => {
    const server = net.createServer((socket) => {
      server.close()
      resolve(socket)
    })
    server.listen(file, () => open.push(net.connect(file)))
  })
  const far = await accepted.then((socket) => socket.pause())
  const near = open.at(-1)
  if (!near) throw new Error('no socket')
  near.on('data', (data) => {
    for (const line of data.toString().trim().split('\n')) answer(JSON.parse(line), near)
  })
  const client = new QmpClient(far, (event) => events.push(event), 'qemu-system-x86_64')
  return { client, near, events }
}

test('answers find their questions, events come between them', async () => {
  const { client, events } = await pair(({ execute, id }, socket) => {
    socket.write(`{"event": "RESET", "data": {"guest": true}, "timestamp": {"seconds": 1, "microseconds": 2}}\r\n`)
    socket.write(
      execute === 'bad'
        ? `{"error": {"class": "GenericError", "desc": "no such thing"}, "id": "${id}"}\r\n`
        : `{"return": {"did": "${execute}"}, "id": "${id}"}\r\n`,
    )
  })
  await client.begin()
  expect(await client.execute('query-status')).toEqual({ did: 'query-status' })
  await expect(client.execute('bad')).rejects.toMatchObject({ code: 'tool-failed', data: { details: { problem: 'no such thing' } } })
  expect(events).toEqual(Array.from({ length: 3 }, () => ({ name: 'RESET', data: { guest: true } })))
})

test('what is no JSON is passed over, a message in pieces is put together', async () => {
  const { client } = await pair(({ id }, socket) => {
    socket.write('garbage\r\n{"return": ')
    setImmediate(() => socket.write(`{}, "id": "${id}"}\n`))
  })
  expect(await client.execute('x')).toEqual({})
})

test('when qemu goes, nobody waits for ever', async () => {
  const { client } = await pair((_command, socket) => socket.destroy())
  await expect(client.execute('quit')).rejects.toMatchObject({ code: 'tool-failed' })
  await expect(client.execute('again')).rejects.toMatchObject({ code: 'tool-failed' })
})

test('nobody waits for ever for a qemu that does not answer; its answers are taken when it does again', async () => {
  const held: string[] = []
  const { client, near } = await pair(({ id }) => held.push(id))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const asked = client.execute('screendump')
    vi.advanceTimersByTime(121_000)
    await expect(asked).rejects.toMatchObject({ code: 'tool-timeout' })
  } finally {
    vi.useRealTimers()
  }
  const next = client.execute('query-status')
  await vi.waitFor(() => expect(held).toHaveLength(2), { timeout: 60_000 })
  for (const id of held) near.write(`{"return": "${id}", "id": "${id}"}\n`)
  expect(await next).toBe(held[1])
})
