// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { DiskReport } from '#shared/images/disk-report'
import type { ImageInfo } from '#shared/images/image-info'
import type { SourceReport } from '#shared/jobs/convert-request'
import { renderInApp, sampleActions, sampleCore, sampleReport } from '../boot-entries/testing/sample-core.js'
import { sampleJob } from '../jobs/testing/sample-jobs.js'
import { DiskDialog } from './disk-dialog.js'

afterEach(cleanup)
vi.setConfig({ testTimeout: 30_000 })

const INFO = { path: '/a/top.qcow2', name: 'top.qcow2', format: 'qcow2', partitions: [] as ImageInfo['partitions'] } as ImageInfo
const REPORT = { path: '/a/top.qcow2', format: 'qcow2', revision: 'r1', chain: [] as DiskReport['chain'] } as DiskReport

const disk = (member: string) => ({ member, label: null, virtualBytes: null, packedBytes: null })
const archive = (disks: SourceReport['disks']): SourceReport => ({
  path: '/b/two.tar',
  name: 'two.tar',
  kind: 'archive',
  label: 'tar',
  fileBytes: 1,
  disks,
  snapshots: [],
  manifest: null,
  notes: [],
})

function openDialog(probe: () => SourceReport) {
  const done = sampleJob({ id: 'c', state: 'succeeded' })
  const core = sampleCore(sampleReport([]), {
    'images.choose': () => ['/b/two.tar'],
    'sources.probe': probe,
    'jobs.start': () => done,
    'jobs.list': () => [done],
    'jobs.log': () => ({ lines: [], commands: [] }),
  })
  renderInApp(<DiskDialog info={INFO} report={REPORT} action={{ kind: 'compare' }} onClose={() => {}} />, sampleActions())
  return core
}

const started = ({ invoke }: ReturnType<typeof openDialog>) => invoke.mock.calls.find(([channel]) => channel === 'jobs.start')?.[1]

test('an archive of several disks: the first one is compared, or the one that is chosen', async () => {
  const core = openDialog(() => archive([disk('a.vmdk'), disk('b.vmdk')]))
  fireEvent.click(screen.getByRole('button', { name: 'Choose…' }))
  const choice = await screen.findByRole('combobox', { name: 'Disk of the other image' })
  expect(choice).toHaveProperty('value', 'a.vmdk')
  fireEvent.click(choice)
  fireEvent.click(await screen.findByRole('option', { name: 'b.vmdk', hidden: true }))
  fireEvent.click(screen.getByRole('button', { name: 'Compare' }))
  await waitFor(() =>
    expect(started(core)).toEqual({ kind: 'compare-images', input: { left: '/a/top.qcow2', right: '/b/two.tar', rightMember: 'b.vmdk' } }),
  )
})

test('where there is one disk nothing is asked, and a file that cannot be read is told', async () => {
  const core = openDialog(() => {
    throw new AppError('image-unsupported', { details: { path: '/b/two.tar', feature: 'An archive without a disk image' } })
  })
  fireEvent.click(screen.getByRole('button', { name: 'Choose…' }))
  expect(await screen.findByRole('alert')).toBeTruthy()
  expect(screen.queryByRole('combobox')).toBeNull()
  expect(started(core)).toBeUndefined()
})
