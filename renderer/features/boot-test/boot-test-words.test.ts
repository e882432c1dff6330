import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { PATH } from '../boot-entries/testing/sample-core.js'
import { matchesFilter, shownState } from '../jobs/job-words.js'
import { lastVerdict } from './boot-tests.js'
import { badgeWords, begunWords, machineWords, spansOf, stateWords, verdictWords } from './boot-test-words.js'
import { appended, NO_SERIAL, SHOWN_LINES } from './serial-text.js'
import { endedTest, sampleTest, sampleVerdict } from './testing/sample-boot-test.js'

test.each([
  ['pass', 'Passed in 6.7 s'],
  ['fail', 'Failed after 6.7 s'],
  ['timeout', 'Time-out after 6.7 s'],
  ['none', 'No verdict after 6.7 s'],
] as const)('%s is told with its time', (verdict, words) => expect(verdictWords({ verdict, seconds: 6.7 })).toBe(words))

test('one that was kept before there was a verdict says so', () => {
  expect(verdictWords({ verdict: 'none', seconds: 6.7, kept: '/kept.qcow2' })).toBe('Kept without a verdict after 6.7 s')
})

test('a test of today is told by its time, one of another day by its date', () => {
  const begun = new Date(2025, 0, 31, 14, 32, 5)
  expect(begunWords(begun.toISOString(), begun.getTime() + 60_000)).toBe('14:32:05')
  expect(begunWords(begun.toISOString(), begun.getTime() + 86_400_000)).toBe('31/01/2025, 14:32')
})

test('a test that has no verdict is told by its job', () => {
  expect(stateWords(sampleTest()).words).toBe('Running')
  expect(stateWords(sampleTest({ state: 'cancelled' })).words).toBe('Cancelled')
  expect(stateWords(sampleTest({ state: 'failed' }))).toEqual({ tone: 'red', words: 'Ended without a verdict' })
  expect(stateWords(endedTest(sampleVerdict({ verdict: 'fail' })))).toEqual({ tone: 'red', words: 'Failed after 6.7 s' })
})

test.each([
  ['pass', 'succeeded'],
  ['fail', 'failed'],
  ['timeout', 'failed'],
  ['none', 'succeeded'],
] as const)('among the jobs a test with the verdict %s stands as %s', (verdict, state) => {
  const job = endedTest(sampleVerdict({ verdict }))
  expect(shownState(job)).toBe(state)
  expect(matchesFilter(job, state)).toBe(true)
  expect(matchesFilter(job, 'all')).toBe(true)
})

test('a badge says when: the time of today, the date of another day', () => {
  const end = new Date(2025, 0, 31, 14, 32)
  expect(badgeWords('pass', end.toISOString(), new Date(2025, 0, 31, 15).getTime())).toBe('Boots: passed 14:32')
  expect(badgeWords('fail', end.toISOString(), new Date(2025, 1, 2).getTime())).toBe('Boot test: failed 31 Jan 2025')
})

test('each stage lasts until the next, the last one until the verdict', () => {
  const spans = spansOf(sampleVerdict({ seconds: 7 }))
  expect(spans.map(({ title, from, seconds }) => [title, from, Number(seconds.toFixed(1))])).toEqual([
    ['Firmware', 0.5, 1.5],
    ['Kernel', 2, 4.7],
    ['Login', 6.7, 0.3],
  ])
  expect(spansOf({ timeline: [], seconds: 3 })).toEqual([])
})

test('a machine that stays on has its verdict already', () => {
  const judged = { verdict: 'pass' as const, reason: 'It came.', seconds: 6.7 }
  const live = { seconds: 60, state: 'running' as const, timeline: [], evidence: [], missing: [], judged, sshPort: null }
  expect(stateWords(sampleTest(), live)).toEqual({ tone: 'green', words: 'Passed in 6.7 s' })
  expect(stateWords(sampleTest(), { ...live, judged: null }).words).toBe('Running')
})

test('a verdict about edits with secrets holds for these edits alone, and where they are still known', () => {
  const user = (passwordHash: string): Edit => ({ kind: 'user', name: 'a', groups: [], sudo: 'none', passwordHash })
  const image = { path: PATH, revision: 'r1' }
  const record = { source: PATH, revision: 'r1', edits: [user('(left out)')], append: [] }
  const job = endedTest(sampleVerdict(), { id: 'job', input: record })
  expect(lastVerdict([job], image, [user('$6$one')])).toBeNull()
  const started = { job: { source: PATH, edits: [user('$6$one')] } }
  expect(lastVerdict([job], image, [user('$6$one')], started)).not.toBeNull()
  expect(lastVerdict([job], image, [user('$6$other')], started)).toBeNull()
})

test('the machine is told in one line', () => {
  const { machine } = sampleVerdict()
  expect(machineWords(sampleVerdict())).toBe('TCG (emulated processor) · UEFI · q35 · virtio · 512 MiB · 1 CPU')
  expect(machineWords(sampleVerdict({ machine: { ...machine, cpus: 2, network: 'user', tpm: true, platform: 'aws' } }))).toMatch(
    / · 2 CPUs · network · TPM · as on .*(AWS|Amazon)/,
  )
})

test('only a verdict about this revision with these edits counts, the newest one', () => {
  const edits: Edit[] = [{ kind: 'kernel-args', entry: 'a', changes: [{ op: 'append', arg: 'x=1' }] }]
  const sameInOtherOrder = [{ changes: [{ arg: 'x=1', op: 'append' }], entry: 'a', kind: 'kernel-args' }] as Edit[]
  const image = { path: PATH, revision: 'r1' }
  const jobs = [
    endedTest(sampleVerdict({ verdict: 'fail' }), { id: 'old', createdAt: '2025-01-01T00:00:00.000Z' }, { edits }),
    endedTest(sampleVerdict(), { id: 'new', createdAt: '2025-01-02T00:00:00.000Z' }, { edits, append: ['debug'] }),
    sampleTest({ id: 'runs', createdAt: '2025-01-03T00:00:00.000Z' }, { edits }),
    endedTest(sampleVerdict(), { id: 'other', createdAt: '2025-01-04T00:00:00.000Z' }, { edits, source: '/other' }),
  ]
  expect(lastVerdict(jobs, image, sameInOtherOrder)).toMatchObject({ job: { id: 'new' }, isVaried: true })
  expect(lastVerdict(jobs, image, [])).toBeNull()
  const kept = endedTest(sampleVerdict({ verdict: 'none' }), { id: 'kept', createdAt: '2025-01-05T00:00:00.000Z' }, { edits })
  expect(lastVerdict([...jobs, kept], image, edits)?.job.id).toBe('new')
  expect(lastVerdict([kept], image, edits)).toBeNull()
  expect(lastVerdict(jobs, { ...image, revision: 'r2' }, edits)).toBeNull()
})

test('the window holds the last lines, and says that there were more', () => {
  const piece = (lines: string[], skipped = 0) => ({ lines, pending: 'p', skipped, next: 0 })
  expect(appended(NO_SERIAL, piece(['a']))).toEqual({ lines: ['a'], pending: 'p', isCut: false })
  expect(appended(NO_SERIAL, piece(['a'], 7)).isCut).toBe(true)
  const many = appended(NO_SERIAL, piece(Array.from({ length: SHOWN_LINES + 1 }, (_, index) => String(index))))
  expect(many).toMatchObject({ isCut: true })
  expect(many.lines.at(0)).toBe('1')
  expect(many.lines).toHaveLength(SHOWN_LINES)
})
