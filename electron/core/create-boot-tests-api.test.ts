import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { sampleJob } from '#shared/jobs/testing/sample-job'
import { createBootTestsApi } from './create-boot-tests-api.js'
import { BootConsoles } from './operations/boot-test/boot-consoles.js'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dw-tests-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

function open() {
  const consoles = new BootConsoles()
  const known = [sampleJob({ id: 'boot', kind: 'test-boot' }), sampleJob({ id: 'save', kind: 'save-image' })]
  const job = (id: string) => {
    const found = known.find((one) => one.id === id)
    if (found === undefined) throw new AppError('job-not-found', { details: { id } })
    return found
  }
  return { consoles, api: createBootTestsApi({ consoles, job, folder }) }
}

test('a console is read from its machine while that runs, and from its log afterwards, with the same positions', async () => {
  const { consoles, api } = open()
  expect(await api.serial('boot', 0)).toEqual({ lines: [], pending: '', skipped: 0, next: 0 })
  consoles.open('boot', { write: () => {}, screenshot: async () => null, sshPort: null })
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
  consoles.open('boot', { write: () => {}, screenshot: async () => null, sshPort: null })
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
