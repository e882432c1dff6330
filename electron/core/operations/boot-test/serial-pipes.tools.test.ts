import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { silentLogger } from '../../log/logger.js'
import { createHost } from '../../process/create-host.js'
import { openSerialPipes } from './serial-pipes.js'

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-pipes-'))
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

test('what is typed is read in its order; a guest that reads nothing takes no more memory than is agreed', async () => {
  const dirs = { config: folder, state: folder, cache: folder, runtime: folder }
  const host = await createHost({ dirs, env: process.env, log: silentLogger })
  const place = path.join(folder, 'serial')
  const pipes = await openSerialPipes(host, place)
  const guest = await fs.open(`${place}.in`, 'r')
  const piece = 64 * 1024
  for (let count = 0; count < 100; count += 1) pipes.write(String(count % 10).repeat(piece))
  let read = ''
  let isEndTyped = false
  const buffer = Buffer.alloc(piece)
  // One that is typed when there is room again comes last.
  while (!read.endsWith('end')) {
    read += buffer.toString('latin1', 0, (await guest.read(buffer, 0, piece)).bytesRead)
    if (isEndTyped || read.length < piece * 8) continue
    isEndTyped = true
    pipes.write('end')
  }
  expect(read.length).toBeLessThan(1.5 * 1024 ** 2)
  expect(read.slice(0, piece * 3)).toBe('0'.repeat(piece) + '1'.repeat(piece) + '2'.repeat(piece))
  await guest.close()
  pipes.close()
})
