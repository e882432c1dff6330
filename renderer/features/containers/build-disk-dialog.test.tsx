// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { renderInApp, sampleActions } from '../boot-entries/testing/sample-core.js'
import { sampleJob } from '../jobs/testing/sample-jobs.js'
import { BuildDiskDialog } from './build-disk-dialog.js'
import { type Answers, fakeBridge, REFERENCE } from './testing/sample-containers.js'

let jobs: Job[]

function show(answers: Answers) {
  const bridge = fakeBridge({
    'containers.buildDiskAbility': () => ({ via: 'bootc', problems: [], commands: ['podman run bootc install to-disk'] }),
    'containers.chooseOutput': () => ({ path: '/out/disk.vmdk', replace: true }),
    'jobs.list': () => jobs,
    'jobs.log': () => ({ lines: ['Installing image'], commands: [] }),
    'jobs.start': () => {
      jobs = [sampleJob({ id: 'build', kind: 'build-disk', title: 'Make disk.vmdk' })]
      return jobs[0]
    },
    ...answers,
  })
  renderInApp(<BuildDiskDialog reference={REFERENCE} onClose={() => {}} />, sampleActions())
  return bridge
}
const start = () => screen.findByRole<HTMLButtonElement>('button', { name: 'Make the disk…' })

beforeEach(() => {
  jobs = []
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('what stands in the way is said before anything runs', async () => {
  show({ 'containers.buildDiskAbility': () => ({ via: null, problems: ['Only root can do it'], commands: [] }) })
  expect(await screen.findByText('Only root can do it')).toBeDefined()
  expect((await start()).disabled).toBe(true)
})

test('its options go with it, and its log shows while it runs', async () => {
  const { asked } = show({})
  await screen.findByText('The container installs itself: bootc install to-disk, run by podman.')
  fireEvent.click(screen.getByRole('radio', { name: 'VMDK' }))
  fireEvent.change(screen.getByRole('textbox', { name: 'Kernel arguments' }), { target: { value: 'console=ttyS0  quiet' } })
  fireEvent.click(await start())
  expect(await screen.findByText('Installing image')).toBeDefined()
  await waitFor(() => expect(asked('containers.chooseOutput')).toEqual([{ suggested: 'disk.vmdk' }]))
  expect(asked('jobs.start')).toEqual([
    {
      kind: 'build-disk',
      input: {
        reference: REFERENCE,
        output: '/out/disk.vmdk',
        replace: true,
        format: 'vmdk',
        kernelArgs: ['console=ttyS0', 'quiet'],
        via: 'bootc',
        access: {},
      },
    },
  ])
})
