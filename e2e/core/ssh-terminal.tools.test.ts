import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startSshTerminal } from '#core/tools/ssh/ssh-terminal'
import { openBench } from './workbench.js'

test('a terminal tells what SSH says, and ends with it', async () => {
  const bench = await openBench()
  const server = net.createServer((socket) => socket.end('no SSH here\r\n'))
  try {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const terminal = await startSshTerminal(bench.host, { port, user: 'core', cols: 100, rows: 30 })
    let said = ''
    for await (const bytes of terminal) said += String(bytes)
    // SSH ends its lines with a carriage return, and a terminal puts one more before the end; a plain pipe would not
    expect(said).toMatch(/Connection (closed|reset)[^\r\n]*\r\r\n/)
  } finally {
    server.close()
    await bench.close()
  }
})
