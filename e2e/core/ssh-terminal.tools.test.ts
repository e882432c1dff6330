import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSshTerminal } from '#core/tools/ssh/ssh-terminal'
import { openBench, type TestBench } from './workbench.js'

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** Of a machine that does not end meanwhile. */
const RUNS = new AbortController().signal

async function serve(onGuest: (socket: net.Socket) => void): Promise<{ readonly server: net.Server; readonly port: number }> {
  const server = net.createServer(onGuest).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

test('a terminal tells what SSH says, and ends with it', async () => {
  const { server, port } = await serve((socket) => socket.end('no SSH here\r\n'))
  const terminal = await startSshTerminal(bench.host, { port, gone: RUNS, user: 'core', cols: 100, rows: 30 })
  let said = ''
  for await (const bytes of terminal) said += String(bytes)
  // SSH ends its lines with a carriage return, and a terminal puts one more before the end; a plain pipe would not
  expect(said).toMatch(/Connection (closed|reset)[^\r\n]*\r\r\n/)
  server.close()
})

test.each([
  ['Ctrl+C', 'Nobody waits for it any more.'],
  ['the end of the machine', 'Nothing listens there any more: the machine has ended.'],
] as const)('a terminal that waits for a server ends with %s, and says why', async (end, words) => {
  const { server, port } = await serve((socket) => socket.destroy())
  const terminal = await startSshTerminal(bench.host, { port, gone: RUNS, user: 'core', cols: 100, rows: 30 })
  let said = ''
  for await (const bytes of terminal) {
    said += String(bytes)
    if (!said.includes('does not answer yet') || said.includes(words)) continue
    if (end === 'Ctrl+C') terminal.write('\u0003')
    else server.close()
  }
  expect(said).toBe(`The guest's SSH server does not answer yet. This terminal waits for it; Ctrl+C ends the wait.\r\n${words}\r\n`)
  server.close()
})
