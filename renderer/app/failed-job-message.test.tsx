// @vitest-environment happy-dom
import { notifications } from '@mantine/notifications'
import { cleanup } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { renderInApp, sampleActions } from '../features/boot-entries/testing/sample-core.js'
import { JobRun } from '../features/jobs/job-run.js'
import { sampleJob } from '../features/jobs/testing/sample-jobs.js'
import { onJobEnded } from './on-job-ended.js'

vi.setConfig({ testTimeout: 60_000 })

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('a job that failed is told by a message, unless the dialog that started it shows it', () => {
  vi.stubGlobal('diskwright', { invoke: async () => ({ ok: true, value: [] }), on: () => () => {} })
  const show = vi.spyOn(notifications, 'show').mockReturnValue('')
  const job = sampleJob({ id: 'shown', state: 'failed' })
  renderInApp(<JobRun id="shown" onLeave={() => {}} onAgain={() => {}} />, sampleActions())
  onJobEnded(job)
  expect(show).not.toHaveBeenCalled()
  onJobEnded({ ...job, id: 'other' })
  cleanup()
  onJobEnded(job)
  expect(show).toHaveBeenCalledTimes(2)
})
