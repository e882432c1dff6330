import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { createFileLogger } from './file-logger.js'
import { createRedactor } from './redact.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-log-'))
  return () => fs.rmSync(folder, { recursive: true, force: true })
})
const lines = (name = 'diskwright.log') =>
  fs
    .readFileSync(path.join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

test('one JSON object a line, readable by the user only', () => {
  const log = createFileLogger(path.join(folder, 'log'))
  log.info('app.started', { version: '1' })
  log.error('app.failed', { error: new Error('two\nlines') })
  const [first, second] = lines('log/diskwright.log')
  expect(first).toMatchObject({ level: 'info', event: 'app.started', version: '1', pid: process.pid })
  expect(second.error.message).toBe('two\nlines')
  expect(fs.statSync(path.join(folder, 'log/diskwright.log')).mode & 0o777).toBe(0o600)
})

test('files rotate and only so many are kept', () => {
  const log = createFileLogger(folder, { maxFileBytes: 300, keepFiles: 3 })
  for (let n = 0; n < 30; n++) log.info('tick', { n })
  expect(fs.readdirSync(folder).sort()).toEqual(['diskwright.1.log', 'diskwright.2.log', 'diskwright.log'])
  expect(lines().at(-1)).toMatchObject({ n: 29 })
  for (const name of fs.readdirSync(folder)) expect(fs.statSync(path.join(folder, name)).size).toBeLessThanOrEqual(300)
})

test('secrets are taken out by key, by registered value and from URLs', () => {
  const redactor = createRedactor()
  redactor.register('hunter2/"x')
  redactor.register('abc')
  const log = createFileLogger(folder, { redactor })
  log.warn('registry', {
    password: 'p1-marker',
    nested: [{ Authorization: 'Bearer p2-marker', registryToken: 'p3-marker' }],
    url: 'https://user:p4-marker@registry.example/v2/ and s3://p5-marker@bucket',
    line: 'tool --key hunter2/"x',
    encoded: `https://example/?k=${encodeURIComponent('hunter2/"x')}`,
    passed: 3,
    plain: 'abc',
    mail: 'someone@example.org',
  })
  const text = fs.readFileSync(path.join(folder, 'diskwright.log'), 'utf8')
  expect(text).not.toMatch(/marker|hunter2/)
  expect(lines()[0]).toMatchObject({ passed: 3, plain: 'abc', mail: 'someone@example.org', line: 'tool --key [redacted]' })
})

test('a folder that cannot be written to, or data that cannot be told, stops nobody', () => {
  fs.writeFileSync(path.join(folder, 'file'), '')
  createFileLogger(path.join(folder, 'file', 'log')).info('x')
  const circle: Record<string, unknown> = {}
  circle.self = circle
  createFileLogger(folder).info('circle', circle)
  expect(lines()).toHaveLength(1)
})
