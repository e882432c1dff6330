import { expect, test } from 'vitest'
import type { NbdDevice } from '../tools/qemu-nbd/devices.js'
import { leftDevices } from './left-devices.js'
import { jobRecord } from './testing/job-fixture.js'

const job = jobRecord({ title: 'Save a.qcow2' })
const orphan: NbdDevice = {
  device: '/dev/nbd0',
  state: 'orphan',
  uid: 1000,
  pid: 77,
  bytes: 4096,
  folder: `/run/dw/staging/${job.id}/nbd-x1`,
}
const left = (device: NbdDevice, abandoned = true) =>
  leftDevices([device], [job], '/run/dw', () => abandoned).map(({ leftover }) => leftover)

test('a device whose helper is gone belongs to the job of its work folder', () => {
  expect(left(orphan)).toEqual([{ jobId: job.id, jobTitle: 'Save a.qcow2', kind: 'nbd-device', what: '/dev/nbd0', bytes: null }])
})

test('a device of a job that is not known any more is still ours', () => {
  expect(left({ ...orphan, folder: '/run/dw/staging/gone/nbd-x1' })).toMatchObject([{ jobId: '', what: '/dev/nbd0' }])
})

test.each<[string, NbdDevice, boolean]>([
  ['of a job that runs', orphan, false],
  ['that a helper is using', { ...orphan, state: 'running' }, true],
  ['of another program', { ...orphan, state: 'foreign', uid: null, folder: null }, true],
  ['that nbd-client left attached on purpose', { ...orphan, state: 'ownerless', uid: null, folder: null }, true],
  ['of another Diskwright', { ...orphan, folder: `/run/dw-other/staging/${job.id}/nbd-x1` }, true],
])('a device %s is left alone', (_, device, abandoned) => {
  expect(left(device, abandoned)).toEqual([])
})
