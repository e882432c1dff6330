// @vitest-environment happy-dom
import { notifications } from '@mantine/notifications'
import { cleanup, renderHook } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { endedTest, sampleVerdict } from '../features/boot-test/testing/sample-boot-test.js'
import { useShownJob } from '../features/jobs/shown-jobs.js'
import { onJobEnded, savedInPlace } from './on-job-ended.js'

const JOB: Job = {
  id: 'a',
  kind: 'save-image',
  title: 'Save',
  input: { source: '/a.qcow2', target: { mode: 'in-place' } },
  state: 'succeeded',
  steps: [],
  progress: 1,
  rate: null,
  secondsLeft: null,
  message: '',
  commands: [],
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  endedAt: null,
  output: null,
  error: null,
  owner: null,
}

test('only a save in place that succeeded takes its edits off the list', () => {
  expect(savedInPlace(JOB)).toBe('/a.qcow2')
  expect(savedInPlace({ ...JOB, state: 'failed' })).toBeNull()
  expect(savedInPlace({ ...JOB, input: { source: '/a.qcow2', target: { mode: 'new-file' } } })).toBeNull()
  expect(savedInPlace({ ...JOB, kind: 'convert-image' })).toBeNull()
  expect(savedInPlace({ ...JOB, input: null })).toBeNull()
})

test('a boot test that was not passed is told where it is not looked at', () => {
  const show = vi.spyOn(notifications, 'show').mockReturnValue('')
  const ended = (verdict: 'pass' | 'fail' | 'none') => onJobEnded(endedTest(sampleVerdict({ verdict }), { id: 'boot' }))
  ended('pass')
  ended('none')
  renderHook(() => useShownJob('boot'))
  ended('fail')
  expect(show).not.toHaveBeenCalled()
  cleanup()
  ended('fail')
  expect(show).toHaveBeenCalledOnce()
  show.mockRestore()
})
