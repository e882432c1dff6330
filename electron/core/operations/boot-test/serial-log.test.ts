import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bootExpectationsSchema } from '#shared/boot-test/boot-test-request'
import { BootJudge } from '#shared/boot-test/judge'
import { SerialLines } from '#shared/boot-test/serial-lines'
import { BootConsoles } from './boot-consoles.js'
import { readRawLog } from './read-raw.js'
import { SerialLog } from './serial-log.js'
import { sampleMachine } from './testing/sample-machine.js'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dw-serial-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

test('what is short is kept byte for byte', async () => {
  const log = await SerialLog.open(path.join(folder, 'short'))
  await log.write(Buffer.from([1, 255, 0]), 0.5)
  await log.write(Buffer.from('end'), 1.25)
  await log.close()
  expect(await fs.readFile(log.path)).toEqual(Buffer.from([1, 255, 0, 0x65, 0x6e, 0x64]))
  expect([log.bytes, log.leftOutBytes]).toEqual([6, 0])
  const piece = await readRawLog(log.path, 0, 2)
  expect(piece).toEqual({
    bytes: new Uint8Array([0, 0x65, 0x6e, 0x64]),
    skipped: 0,
    next: 6,
    ended: true,
    times: [
      [0, 0.5],
      [1, 1.25],
    ],
  })
})

test('a guest that writes 100 MB takes little memory and disk, and is judged to its end', async () => {
  const log = await SerialLog.open(path.join(folder, 'flood'))
  const consoles = new BootConsoles()
  consoles.open('job', sampleMachine())
  const judge = new BootJudge({ expect: bootExpectationsSchema.parse({}), wanted: { present: [], absent: [] } })
  let lineCount = 0
  const lines = new SerialLines((line) => {
    lineCount += 1
    judge.line(line, 1)
  })
  const noise = Buffer.from(`${'[   12.345678] noise \u001b[31mof a guest\u001b[0m that never stops'.padEnd(126)}\r\n`.repeat(512))
  const rounds = Math.ceil(1e8 / noise.length)
  const text = noise.toString()
  const held: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const chunk = Buffer.from(noise)
    await log.write(chunk, round / 100)
    consoles.tell('job', chunk)
    lines.push(text)
    judge.partial(lines.pending, 1)
    if (round % 100 === 0) held.push(log.heldBytes)
  }
  lines.push('host login: ')
  judge.partial(lines.pending, 2)
  await log.write(Buffer.from('host login: '), 60)
  await log.close()
  expect(judge.verdict?.verdict).toBe('pass')
  expect(lineCount).toBe(rounds * 512)
  expect(Math.max(...held)).toBeLessThan(5 * 1024 ** 2)
  const kept = await fs.readFile(log.path)
  expect(kept.length).toBeLessThan(13 * 1024 ** 2)
  expect(kept.subarray(-12).toString()).toBe('host login: ')
  expect(kept.toString('latin1')).toContain(`[ ${log.leftOutBytes} bytes left out here ]`)
  const end = await readRawLog(log.path, log.leftOutBytes, log.bytes - 12)
  expect([Buffer.from(end.bytes).toString(), end.next, end.ended, end.times.at(-1)]).toEqual(['host login: ', log.bytes, true, [0, 60]])
  const behind = await readRawLog(log.path, log.leftOutBytes, 1000)
  expect(behind.skipped).toBeGreaterThan(log.bytes - 2 * 1024 ** 2)
  expect(Buffer.from(behind.bytes).toString().startsWith('[   12.345678] noise')).toBe(true)
  let seen = 0
  consoles.watch('job', (bytes) => (seen = bytes.length))
  expect(seen).toBeLessThan(512 * 1024)
})
