import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { appendLogLines, readLogLines } from './job-log.js'
import { newJobId } from './job-store.js'
import { jobRecord, makeFolders, makeStore } from './testing/job-fixture.js'

let state: string
beforeEach(() => {
  const folders = makeFolders()
  state = folders.dirs.state
  return folders.remove
})
const file = (id: string, name: string) => path.join(state, 'jobs', id, name)

test('what one process writes another reads, newest first', () => {
  const [writer, reader] = [makeStore(state), makeStore(state)]
  const older = jobRecord({ createdAt: '2025-01-01T00:00:00.000Z' })
  const newer = jobRecord({ createdAt: '2025-01-02T00:00:00.000Z' })
  writer.create(older)
  writer.create(newer)
  expect(reader.list().map((job) => job.id)).toEqual([newer.id, older.id])

  writer.save({ ...newer, state: 'succeeded', endedAt: '2025-01-02T00:01:00.000Z' })
  expect(reader.get(newer.id)?.state).toBe('succeeded')
  expect(fs.statSync(path.join(state, 'jobs')).mode & 0o777).toBe(0o700)
})

test('progress of a running job is seen by others and gives way to its end', () => {
  const [writer, reader] = [makeStore(state), makeStore(state)]
  const job = jobRecord()
  writer.create(job)
  writer.saveProgress({ ...job, progress: 0.4 })
  expect(reader.get(job.id)?.progress).toBe(0.4)
  writer.save({ ...job, state: 'failed', progress: 0.5 })
  expect(reader.get(job.id)).toMatchObject({ state: 'failed', progress: 0.5 })
  expect(fs.existsSync(file(job.id, 'progress.json'))).toBe(false)
})

test('only claims that were not released are open; a torn last line is left out and does not eat the next one', () => {
  const store = makeStore(state)
  const job = jobRecord()
  store.create(job)
  store.claim(job.id, { id: '1', kind: 'part-file', what: '/tmp/one' })
  store.claim(job.id, { id: '2', kind: 'folder', what: '/tmp/two' })
  store.release(job.id, '1')
  fs.appendFileSync(file(job.id, 'journal.jsonl'), '{"type":"claim","at":"x","id":"3","ki')
  expect(store.openClaims(job.id)).toEqual([{ id: '2', kind: 'folder', what: '/tmp/two' }])
  store.claim(job.id, { id: '4', kind: 'backup', what: '/tmp/four' })
  expect(store.openClaims(job.id).map((claim) => claim.id)).toEqual(['2', '4'])
})

test('the oldest ended jobs make room, running ones and those with open claims stay', () => {
  const store = makeStore(state, 2)
  const make = (day: number, change: object) => {
    const job = jobRecord({ createdAt: `2025-01-0${day}T00:00:00.000Z`, ...change })
    return { job, removed: store.create(job) }
  }
  const running = make(1, { state: 'running' })
  const claimed = make(2, { state: 'failed' })
  store.claim(claimed.job.id, { id: '1', kind: 'part-file', what: '/tmp/one' })
  const old = make(3, { state: 'succeeded' })
  const kept = make(4, { state: 'cancelled' })
  const newest = make(5, { state: 'succeeded' })
  expect(newest.removed).toEqual([old.job.id])
  expect(store.list().map((job) => job.id)).toEqual([newest.job.id, kept.job.id, claimed.job.id, running.job.id])
})

test('damaged records and foreign names are passed over, paths are never taken as ids', () => {
  const store = makeStore(state)
  const job = jobRecord()
  store.create(job)
  const damaged = newJobId()
  fs.mkdirSync(file(damaged, ''))
  fs.writeFileSync(file(damaged, 'job.json'), '{')
  fs.mkdirSync(file('notes', ''))
  expect(store.list().map((found) => found.id)).toEqual([job.id])
  expect(store.get('../jobs')).toBeUndefined()
  fs.writeFileSync(path.join(state, 'precious'), '')
  store.remove('../precious')
  store.remove('..')
  expect(fs.existsSync(path.join(state, 'precious'))).toBe(true)
})

test('the log is a ring: the newest lines are kept within the limit', () => {
  const folder = path.join(state, 'ring')
  fs.mkdirSync(folder, { recursive: true })
  for (let n = 0; n < 1000; n++) appendLogLines(folder, [`line ${n}`], 1000)
  const lines = readLogLines(folder)
  expect(lines.at(-1)).toBe('line 999')
  expect(lines.length).toBeGreaterThan(80)
  expect(lines).toEqual(lines.map((_, index) => `line ${1000 - lines.length + index}`))
  const total = fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0)
  expect(total).toBeLessThanOrEqual(2000)
})

test('log lines go through redaction; of each command the last state counts', () => {
  const store = makeStore(state)
  const job = jobRecord()
  store.create(job)
  const record = { line: 'qemu-img info a', full: 'qemu-img info a', startedAt: 'now', seconds: null, exitCode: null, signal: null }
  store.appendCommand(job.id, 0, record)
  store.appendCommand(job.id, 1, { ...record, line: 'second' })
  store.appendCommand(job.id, 0, { ...record, exitCode: 0, seconds: 1 })
  store.appendLog(job.id, ['two\nlines'])
  const { commands, lines } = store.readLog(job.id)
  expect(commands.map((command) => [command.line, command.exitCode])).toEqual([
    ['qemu-img info a', 0],
    ['second', null],
  ])
  expect(lines).toEqual(['two\\nlines'])
})

test('ids sort by time and fit in file names', () => {
  expect(newJobId(new Date('2025-01-31T14:25:01.123Z'))).toMatch(/^20250131-142501-[0-9a-f]{6}$/)
})

test('a record that cannot be written leaves no folder behind', () => {
  const store = makeStore(state)
  expect(() => store.create(jobRecord({ input: 1n }))).toThrow('BigInt')
  expect(fs.readdirSync(path.join(state, 'jobs'))).toEqual([])
})

test('a record that cannot be looked at does not hide the others', () => {
  const store = makeStore(state)
  const [lost, kept] = [jobRecord(), jobRecord()]
  for (const job of [lost, kept]) store.create(job)
  fs.rmSync(file(lost.id, 'job.json'))
  fs.symlinkSync('job.json', file(lost.id, 'job.json'))
  expect(store.list().map((job) => job.id)).toEqual([kept.id])
})
