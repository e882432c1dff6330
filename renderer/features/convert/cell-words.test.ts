import { expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { batchProgress } from '#shared/jobs/batch-progress'
import type { Job, JobStep } from '#shared/jobs/job'
import { planCellName, planWords, progressFacts, runTitle, runWords, shortNote, stepFraction } from './cell-words.js'
import { MIB, sampleCell, sampleJob } from './testing/samples.js'

const NOW = Date.parse('2026-01-01T12:00:20.000Z')
const STARTED = '2026-01-01T12:00:00.000Z'
const steps = (first: JobStep['state'], second: JobStep['state']): JobStep[] => [
  { id: 'convert', title: 'Convert to VHD', weight: 0.8, state: first, seconds: null },
  { id: 'compare', title: 'Compare with the source', weight: 0.2, state: second, seconds: null },
]
const job = (more: Partial<Job>) => sampleJob(0, '/images/a.qcow2', 'azure-vhd', more)
const text = (more: Partial<Job>) => runWords(job(more), NOW).text

test('a planned cell tells its size and the gravest thing; the rest is counted', () => {
  expect(planWords(sampleCell(0, 'azure-vhd'))).toEqual({ size: 'about 400 MiB', note: null, more: 0 })
  const cell = sampleCell(0, 'azure-vhd', {
    exists: true,
    notes: [
      { severity: 'note', text: 'grows to 16 GiB' },
      { severity: 'error', text: 'too large for Azure' },
    ],
  })
  expect(planWords(cell)).toEqual({ size: 'about 400 MiB', note: { tone: 'red', text: 'too large for Azure' }, more: 2 })
  expect(planWords({ ...cell, notes: [] }).note).toEqual({ tone: 'amber', text: 'replaces a file' })
})

test('notes alone are counted', () => {
  const notes = [{ severity: 'note' as const, text: 'grows to 16 GiB' }]
  expect(planWords(sampleCell(0, 'azure-vhd', { notes })).note).toEqual({ tone: 'neutral', text: '1 note' })
})

test('a cell that cannot be made says why, and no size', () => {
  const problem = new AppError('no-space', { details: { folder: '/images' } }).data
  const words = planWords(sampleCell(0, 'azure-vhd', { input: null, problem }))
  expect(words.size).toBe('')
  expect(words.note?.tone).toBe('red')
  expect(words.note?.text).toMatch(/space/i)
})

test('names for screen readers hold the state', () => {
  const cell = sampleCell(0, 'azure-vhd', { exists: true })
  expect(planCellName('a', 'Azure', cell, false)).toBe('a for Azure: about 400 MiB, replaces a file')
  expect(planCellName('a', 'Azure', cell, true)).toBe('a for Azure: left out')
  expect(planCellName('a', 'Azure', undefined, false)).toBe('a for Azure: being planned')
})

test('how far a step is follows from the whole and the weights before it', () => {
  expect(stepFraction(steps('running', 'waiting'), 0.4)).toBeCloseTo(0.5)
  expect(stepFraction(steps('done', 'running'), 0.9)).toBeCloseTo(0.5)
  expect(stepFraction(steps('done', 'done'), 1)).toBeNull()
  expect(stepFraction(steps('running', 'waiting'), null)).toBeNull()
})

test('a running cell says what it does and what was measured', () => {
  expect(text({ state: 'running', steps: steps('running', 'waiting'), progress: 0.496, rate: 412e6, secondsLeft: 4 })).toBe(
    '62 % · 412 MB/s · 4 s left',
  )
  expect(text({ state: 'running', steps: steps('done', 'running'), progress: 0.877, rate: 900e6, secondsLeft: 2 })).toBe('comparing 38 %')
  expect(text({ state: 'running', steps: steps('running', 'waiting') })).toBe('Convert to VHD')
  expect(text({ state: 'running', paused: true, steps: steps('running', 'waiting'), progress: 0.4 })).toBe('paused at 50 %')
})

test('what waits says for what', () => {
  expect([
    text({}),
    text({ message: 'Waiting for another job on this disk' }),
    text({ paused: true }),
    text({ state: 'cancelling' }),
  ]).toEqual(['queued', 'waiting for the disk', 'paused', 'cancelling'])
})

test('what ended stands as a badge, with its proof, size and time', () => {
  const output = { path: '/images/a.vhd', bytes: 780 * MIB, proofs: ['Content identical to the source'] }
  const ended = { state: 'succeeded', startedAt: STARTED, endedAt: '2026-01-01T12:00:09.000Z', output } as const
  expect(runWords(job(ended), NOW)).toEqual({ tone: 'green', text: 'identical, 780 MiB, 9.0 s', badge: true })
  expect(text({ ...ended, output: { ...output, proofs: [] } })).toBe('done, 780 MiB, 9.0 s')
  expect(runWords(job({ state: 'failed', error: new AppError('verify-mismatch').data }), NOW)).toMatchObject({ tone: 'red', badge: true })
  expect([text({ state: 'cancelled' }), text({ state: 'interrupted' })]).toEqual(['cancelled', 'interrupted'])
})

test('the head counts what is made and what is not', () => {
  const jobs = (states: readonly Job['state'][]) => states.map((state, index) => sampleJob(index, '/a', 'azure-vhd', { state }))
  const facts = (states: readonly Job['state'][]) => progressFacts(batchProgress(jobs(states), NOW))
  expect(facts(['succeeded', 'queued'])).toBe('1 of 2 made · waiting')
  expect(facts(['succeeded', 'failed', 'cancelled'])).toBe('1 of 3 made · 1 failed · 1 cancelled')
  expect(facts(['succeeded', 'succeeded'])).toBe('All 2 artifacts made')
  expect(facts(['succeeded'])).toBe('The artifact is made')
  expect(runTitle(3, ['azure-vhd', 'aws-raw'])).toBe('Convert 3 images for 2 targets')
})

test('a note in a cell is what it is about', () => {
  expect(shortNote('The image boots with UEFI only: choose UEFI for the machine. BIOS unless it is switched on')).toBe(
    'The image boots with UEFI only',
  )
  expect(shortNote('replaces a file')).toBe('replaces a file')
})
