// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { OpenUpload } from '#shared/clouds/cloud-calls'
import type { Job } from '#shared/jobs/job'
import { renderInApp, sampleActions } from '../../features/boot-entries/testing/sample-core.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { sampleFacts } from '../../features/clouds/testing/sample-form.js'
import { fakeBridge } from '../../features/containers/testing/sample-containers.js'
import { useEditStore } from '../../features/edits/edit-store.js'
import { sampleJob } from '../../features/jobs/testing/sample-jobs.js'
import { splitEdits } from './reopen-upload.js'
import { ShipScreen } from './ship-screen.js'

vi.mock('#shared/clouds/forms', async (original) => {
  const { withSampleForm } = await import('../../features/clouds/testing/sample-form.js')
  return withSampleForm(await original())
})

const PATH = '/images/boot.qcow2'
const UPLOAD = '0c1f5a2e-5f0f-4b8e-9d42-1f6f9a3f6c11'
const TITLE = 'boot.qcow2 to Sample cloud'
const open: OpenUpload = { upload: UPLOAD, provider: 's3', title: TITLE, updatedAt: '2026-01-01T00:00:00Z', remotes: [] }
const input = { upload: UPLOAD, provider: 's3', facts: sampleFacts(), values: { bucket: 'images', name: 'boot', labels: { team: 'x' } } }
const retarget = { kind: 'retarget' as const, platform: 'oci' as const }
const removed = { kind: 'remove-file' as const, path: '/etc/motd' }

let jobs: Job[]

function show(uploads: readonly OpenUpload[], lost: { lostSecrets?: string[]; lostEdits?: number } = {}) {
  const bridge = fakeBridge({
    'jobs.list': () => jobs,
    'recents.list': () => [],
    'containers.signIns': () => ({ signIns: [], keyring: null }),
    'clouds.openUploads': () => uploads,
    'clouds.facts': () => sampleFacts(),
    'clouds.accounts': () => [],
    'clouds.choices': () => [{ value: 'ocid1.bucket.oc1..aaaa', label: 'Images of the team' }],
    'clouds.plan': () => ({
      checks: [],
      steps: [],
      totalBytes: 1,
      wireBytes: 1,
      tempBytes: 0,
      tempFolder: null,
      commands: [],
      creates: [],
    }),
    'clouds.reviewUpload': () => ({ input: { ...input, edits: [removed, retarget] }, lostSecrets: [], lostEdits: 0, ...lost }),
    'clouds.resume': () => {
      const job = sampleJob({ id: 'fresh', kind: 'upload-image', input: { ...input, edits: [] } })
      jobs = [job]
      return job
    },
  })
  const showUpload = vi.fn()
  renderInApp(<ShipScreen />, { ...sampleActions(), showUpload })
  return { ...bridge, showUpload }
}

const store = () => useShipStore.getState()
const row = async (title: string) => within(await screen.findByRole('region', { name: title }))

beforeEach(() => {
  jobs = []
  localStorage.clear()
  useShipStore.setState({ drafts: {}, accounts: {}, names: {}, active: null, wanted: null })
  useEditStore.setState({ byPath: {} })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('an upload goes on though its job is in no history any more, and others ran meanwhile', async () => {
  jobs = [sampleJob({ id: 'other', state: 'succeeded' })]
  const { asked, showUpload } = show([open])
  fireEvent.click((await row('Broke off')).getByRole('button', { name: `Resume ${TITLE}` }))
  await waitFor(() => expect(showUpload).toHaveBeenCalledWith(expect.objectContaining({ id: 'fresh' })))
  expect(asked('clouds.resume')).toEqual([{ upload: UPLOAD }])
})

test('what came to its end cannot go on; what it left can be deleted', async () => {
  const part = { kind: 'part', id: 'p-1', label: 'part 1', keepOnSuccess: false, facts: {} }
  show([{ ...open, finished: true, remotes: [part] }])
  const done = await row('Done, with something left there')
  expect(done.getByRole('button', { name: `Clean up after ${TITLE}` })).toBeDefined()
  expect(done.queryByRole('button', { name: `Resume ${TITLE}` })).toBeNull()
  expect(screen.queryByRole('region', { name: 'Broke off' })).toBeNull()
})

test('it opens in the form with nothing lost; a secret that is gone is asked for beside its field', async () => {
  show([open], { lostSecrets: ['token'], lostEdits: 1 })
  fireEvent.click((await row('Broke off')).getByRole('button', { name: `Open ${TITLE}` }))
  expect(await screen.findByText(/type it again$/)).toBeDefined()
  expect(screen.getByLabelText(/^Token/)).toBe(document.activeElement)
  expect(screen.getByText(/1 edit of this upload held a secret/)).toBeDefined()
  expect(store().drafts[PATH]).toMatchObject({
    upload: UPLOAD,
    step: 'account',
    reached: 'check',
    retarget: true,
    values: { s3: input.values },
  })
  expect(useEditStore.getState().byPath[PATH]?.present).toEqual([removed])

  store().list()
  const again = await row('Broke off')
  store().fill(PATH, { name: 'boot-2' })
  store().change(PATH, { step: 'run' })
  fireEvent.click(again.getByRole('button', { name: `Open ${TITLE}` }))
  await screen.findByText(/type it again$/)
  expect(store().drafts[PATH]?.values.s3, 'as it was left there').toMatchObject({ name: 'boot-2' })
})

test('edits are taken apart so that they make the same again', () => {
  expect(splitEdits([removed, retarget], 'oci')).toEqual({ staged: [removed], retarget: true })
  for (const edits of [[retarget, removed], [{ ...retarget, platform: 'aws' as const }], []]) {
    expect(splitEdits(edits, 'oci')).toEqual({ staged: edits, retarget: false })
  }
})

test('a choice of a list is reviewed by its name, with what is sent below it', async () => {
  store().ship([PATH])
  store().choose(PATH, 's3')
  store().fill(PATH, { token: 'keyring:s3 token', bucket: 'ocid1.bucket.oc1..aaaa', name: 'boot' })
  store().go(PATH, 'destination')
  show([])
  await screen.findByDisplayValue('Images of the team')
  store().go(PATH, 'review')
  const review = await screen.findByRole('region', { name: 'Destination' })
  expect(within(review).getByText('Images of the team')).toBeDefined()
  expect(within(review).getByText('ocid1.bucket.oc1..aaaa')).toBeDefined()
  expect(localStorage.getItem('diskwright.ship'), 'known after a restart').toContain('Images of the team')
})
