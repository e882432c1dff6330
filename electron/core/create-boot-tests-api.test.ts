import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { sampleJob } from '#shared/jobs/testing/sample-job'
import { createBootTestsApi } from './create-boot-tests-api.js'
import type { Host } from './process/host.js'
import { BootConsoles } from './operations/boot-test/boot-consoles.js'
import { sampleMachine } from './operations/boot-test/testing/sample-machine.js'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dw-tests-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

function open(state: Job['state'] = 'running') {
  const consoles = new BootConsoles()
  const known = [{ ...sampleJob({ id: 'boot', kind: 'test-boot' }), state }, sampleJob({ id: 'save', kind: 'save-image' })]
  const job = (id: string) => {
    const found = known.find((one) => one.id === id)
    if (found === undefined) throw new AppError('job-not-found', { details: { id } })
    return found
  }
  return { consoles, api: createBootTestsApi({ host: {} as Host, consoles, job, folder }) }
}

test('a console is read from its machine while that runs, and from its log afterwards, with the same positions', async () => {
  const { consoles, api } = open()
  expect(await api.serial('boot', 0)).toEqual({ lines: [], pending: '', skipped: 0, next: 0 })
  consoles.open('boot', sampleMachine())
  consoles.tell('boot', Buffer.from('one\ntw'))
  const live = await api.serial('boot', 0)
  expect(live).toEqual({ lines: ['one'], pending: 'tw', skipped: 0, next: 4 })
  consoles.close('boot')
  await fs.mkdir(path.join(folder, 'boot'))
  await fs.writeFile(path.join(folder, 'boot', 'serial.log'), 'one\ntwo\n')
  expect(await api.serial('boot', live.next)).toEqual({ lines: ['two'], pending: '', skipped: 0, next: 8 })
  expect(await api.serialLog('boot')).toBe(path.join(folder, 'boot', 'serial.log'))
  expect(await api.keptScreenshot('boot')).toBeNull()
})

test('a console that writes much is told by its end', async () => {
  const { consoles, api } = open()
  consoles.open('boot', sampleMachine())
  for (let line = 0; line < 20_000; line += 1) consoles.tell('boot', Buffer.from(`line ${String(line).padStart(9)} of the guest's words\n`))
  const { lines, skipped, next } = await api.serial('boot', 0)
  expect(lines.at(-1)).toContain('19999')
  expect(skipped).toBeGreaterThan(0)
  expect(next).toBe(20_000 * 36)
})

test.each(['save', '../boot', 'unknown'])('nothing is read of %s, which is no boot test', async (id) => {
  const { api } = open()
  await expect(api.serial(id, 0)).rejects.toMatchObject({ code: 'job-not-found' })
  await expect(api.serialLog(id)).rejects.toMatchObject({ code: 'job-not-found' })
  await expect(api.keptScreenshot(id)).rejects.toMatchObject({ code: 'job-not-found' })
})

test('bytes of a console are waited for, and told with the time that they came at', async () => {
  const { consoles, api } = open()
  const first = api.raw('boot', 0)
  consoles.open('boot', sampleMachine({ times: () => [[0, 0.5]] }))
  expect(await first).toEqual({ bytes: new Uint8Array(), skipped: 0, next: 0, ended: false, times: [] })
  const second = api.raw('boot', 0)
  consoles.tell('boot', Buffer.from([27, 0x5b, 0xff]))
  expect(await second).toEqual({ bytes: new Uint8Array([27, 0x5b, 0xff]), skipped: 0, next: 3, ended: false, times: [[0, 0.5]] })
  expect(api.live('boot')).toMatchObject({ state: 'running', judged: null })
  const last = api.raw('boot', 3)
  consoles.close('boot')
  expect(await last).toMatchObject({ next: 3, ended: false })
  expect(api.live('boot')).toBeNull()
  expect(api.release('boot')).toBe(false)
  await expect(api.openScreen('boot')).rejects.toMatchObject({ code: 'tool-failed' })
  await expect(api.openSsh('boot', { user: 'root', cols: 80, rows: 24 })).rejects.toMatchObject({ code: 'tool-failed' })
})

test('who is far behind is told only the end, from the beginning of a line', async () => {
  const { consoles, api } = open()
  consoles.open('boot', sampleMachine())
  for (let line = 0; line < 20_000; line += 1) consoles.tell('boot', Buffer.from(`line ${String(line).padStart(9)} of the guest's words\n`))
  const { bytes, skipped, next } = await api.raw('boot', 5)
  expect(Buffer.from(bytes).toString()).toMatch(/^line +\d+ of/)
  expect(skipped).toBeGreaterThan(0)
  expect(5 + skipped + bytes.length).toBe(next)
})

test('a test that ended before its guest could write has said all at once', async () => {
  const { api } = open('cancelled')
  await fs.rm(path.join(folder, 'boot'), { recursive: true, force: true })
  expect(await api.raw('boot', 0)).toEqual({ bytes: new Uint8Array(), skipped: 0, next: 0, ended: true, times: [] })
})
