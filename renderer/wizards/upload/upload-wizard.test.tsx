// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { UploadPlan } from '#shared/clouds/upload-plan'
import type { Job } from '#shared/jobs/job'
import { renderInApp, sampleActions } from '../../features/boot-entries/testing/sample-core.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { sampleFacts } from '../../features/clouds/testing/sample-form.js'
import { fakeBridge } from '../../features/containers/testing/sample-containers.js'
import { sampleJob } from '../../features/jobs/testing/sample-jobs.js'
import { ShipScreen } from './ship-screen.js'

/** A provider of its own stands in for S3, so that the shell is tried with every kind of field and nothing that one provider alone does. */
vi.mock('#shared/clouds/forms', async (original) => {
  const { withSampleForm } = await import('../../features/clouds/testing/sample-form.js')
  return withSampleForm(await original())
})

const PATH = '/images/boot.qcow2'
const PLAN: UploadPlan = {
  checks: [{ code: 'credentials', title: 'Credentials', state: 'ok', found: 'mia may write' }],
  steps: [{ id: 'send', title: 'Send boot.qcow2', kind: 'transfer', weight: 1, creates: ['object boot.qcow2'] }],
  totalBytes: 1000,
  wireBytes: 800,
  tempBytes: 0,
  tempFolder: null,
  commands: ['sample put boot.qcow2'],
  creates: ['object boot.qcow2'],
}

let jobs: Job[]
let plans: UploadPlan[]

function show() {
  const bridge = fakeBridge({
    'jobs.list': () => jobs,
    'recents.list': () => [],
    'containers.signIns': () => ({ signIns: [], keyring: null }),
    'clouds.openUploads': () => [],
    'clouds.facts': ({ edits }: { edits: readonly unknown[] }) =>
      sampleFacts({ ignitionPlatform: edits.length > 0 ? 'oraclecloud' : 'qemu' }),
    'clouds.accounts': () => [
      { label: 'Profile old', note: '', values: { profile: 'old' }, problem: 'Its session has ended' },
      { label: 'Profile work', note: 'north', values: { profile: 'work', token: 'keyring:work' }, problem: null },
    ],
    'clouds.choices': () => [{ value: 'images', label: 'images' }],
    'clouds.plan': () => (plans.length > 1 ? plans.shift() : plans[0]),
    'clouds.keepSecret': ({ name, keep }: { name: string; keep: string }) => ({ reference: `${keep}:${name}` }),
    'clouds.shareLink': () => ({ url: 'https://sample.example/o-1?signed=1' }),
    'jobs.resume': () => undefined,
    'jobs.start': ({ kind, input }: { kind: 'upload-image'; input: unknown }) => {
      const job = sampleJob({ id: `job-${jobs.length}`, kind, input, title: 'Upload boot.qcow2' })
      jobs = [job, ...jobs]
      return job
    },
  })
  const view = renderInApp(<ShipScreen />, sampleActions())
  return { ...bridge, view }
}

const store = () => useShipStore.getState()
const draft = () => store().drafts[PATH]
const panel = () => within(screen.getByRole('complementary'))
const goOn = (to: string) => fireEvent.click(panel().getByRole('button', { name: to }))

async function untilCheck() {
  store().ship([PATH])
  store().choose(PATH, 's3')
  store().fill(PATH, { profile: 'work', token: 'keyring:work', bucket: 'images', name: 'boot' })
  store().go(PATH, 'image')
  const shown = show()
  await screen.findByText('15 GiB virtual')
  goOn('Check')
  return shown
}

beforeEach(() => {
  jobs = []
  plans = [PLAN]
  localStorage.clear()
  useShipStore.setState({ drafts: {}, accounts: {}, active: null, wanted: null })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('from the target to the check: what is found on the machine is taken, what is missing is told in place', async () => {
  store().ship([PATH])
  const { asked } = show()
  const target = await screen.findByRole<HTMLButtonElement>('radio', { name: 'Sample cloud' })
  await waitFor(() => expect(target.disabled).toBe(false))
  fireEvent.click(target)
  goOn('Account')
  await waitFor(() => expect(draft()?.values.s3).toMatchObject({ profile: 'work', token: 'keyring:work' }))
  expect(screen.getByRole<HTMLButtonElement>('radio', { name: 'Profile old' }).disabled).toBe(true)
  expect(screen.getByText('Its session has ended')).toBeDefined()
  goOn('Destination')
  await waitFor(() => expect(draft()?.step).toBe('destination'))
  goOn('Image')
  expect(await screen.findByText('Has to be filled in')).toBeDefined()
  fireEvent.change(screen.getByLabelText(/^Bucket/), { target: { value: 'images' } })
  fireEvent.blur(screen.getByLabelText(/^Bucket/))
  goOn('Image')
  await waitFor(() => expect(draft()?.step).toBe('image'))
  fireEvent.change(screen.getByLabelText(/^Name/), { target: { value: 'test-1' } })
  fireEvent.click(screen.getByRole('button', { name: 'Call it boot' }))
  expect(screen.queryByText('It sounds like a test')).toBeNull()
  goOn('Check')
  expect(await screen.findByText('mia may write')).toBeDefined()
  expect(asked('clouds.plan')[0]).toMatchObject({
    provider: 's3',
    values: { profile: 'work', token: 'keyring:work', bucket: 'images', region: 'north', name: 'boot', cores: 2 },
    edits: [],
  })
})

test('how a provider is reached is filled in at the account, and unfolded for who is sent there', async () => {
  store().ship([PATH])
  store().choose(PATH, 's3')
  store().go(PATH, 'account')
  show()
  const fold = await screen.findByRole('button', { name: /^Advanced/ })
  expect(fold.getAttribute('aria-expanded')).toBe('false')
  act(() => store().go(PATH, 'account', 'ca'))
  const field = await screen.findByRole('button', { name: 'Certificate of the authority: choose a file' })
  await waitFor(() => expect(document.activeElement).toBe(field))
  fireEvent.click(fold)
  expect(fold.getAttribute('aria-expanded')).toBe('false')
})

test('an image for another platform is made fit for this one on its way alone', async () => {
  store().ship([PATH])
  store().choose(PATH, 's3')
  store().go(PATH, 'image')
  const { asked } = show()
  expect(await screen.findByText(/The image says qemu/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Stage the change' }))
  expect(await screen.findByText(/^Made fit for/)).toBeDefined()
  await waitFor(() => expect(asked('clouds.facts').at(-1)).toEqual({ path: PATH, edits: [{ kind: 'retarget', platform: 'oci' }] }))
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
  expect(await screen.findByText(/The image says qemu/)).toBeDefined()
})

test('what stands in the way keeps it from going on; its fix is one click', async () => {
  const taken = { code: 'name', title: 'Name', state: 'error' as const, found: 'boot is taken', field: 'name' }
  const fix = { kind: 'set' as const, field: 'name', value: 'boot-2', label: 'Use boot-2' }
  plans = [
    {
      ...PLAN,
      checks: [
        { ...taken, fix },
        { code: 'session', title: 'Session', state: 'warning', found: 'ends soon', field: 'profile' },
      ],
    },
    PLAN,
  ]
  const { asked } = await untilCheck()
  expect(await screen.findByText('1 check stands in the way, 1 to think about')).toBeDefined()
  expect(panel().getByRole<HTMLButtonElement>('button', { name: 'Review' }).disabled).toBe(true)
  expect(screen.getByRole('button', { name: 'Change Session' })).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Use boot-2' }))
  expect(await screen.findByText('1 check, nothing stands in the way')).toBeDefined()
  expect(asked('clouds.plan').at(-1)).toMatchObject({ values: { name: 'boot-2' } })
  goOn('Review')
  const review = await screen.findByRole('group', { name: 'Review' })
  expect(review.textContent).toContain('boot-2')
  expect(review.textContent).toContain('kept in the keyring')
  expect(panel().getByRole('list', { name: 'What will exist there' }).textContent).toBe('object boot.qcow2')
})

test('it starts what was reviewed; needing a sign-in it says so, takes a secret and goes on; its result can be put away', async () => {
  store().remember(PATH, {})
  const { asked, view } = await untilCheck()
  await screen.findByText('1 check, nothing stands in the way')
  goOn('Review')
  await screen.findByRole('group', { name: 'Review' })
  const { upload } = draft() ?? {}
  goOn('Upload')
  expect(await screen.findByRole('heading', { name: 'Starting' })).toBeDefined()
  expect(asked('jobs.start')[0]).toMatchObject({ kind: 'upload-image', input: { upload, provider: 's3', facts: { path: PATH } } })
  expect(store().accounts.s3, 'for the next file').toEqual({ profile: 'work', token: 'keyring:work' })

  view.unmount()
  const [job] = jobs
  if (job === undefined) throw new Error('no job was started')
  const attention = { code: 'sign-in-expired' as const, details: { service: 'Sample' }, actions: [] }
  jobs = [{ ...job, phase: 'needs sign-in', paused: true, attention }]
  const second = show()
  expect(await screen.findByRole('heading', { name: 'Needs sign-in' })).toBeDefined()
  const field = screen.getByLabelText<HTMLInputElement>('Token, typed anew')
  fireEvent.change(field, { target: { value: 'open sesame' } })
  fireEvent.blur(field)
  fireEvent.click(screen.getByRole('button', { name: 'Go on' }))
  await waitFor(() => expect(second.asked('jobs.resume')).toEqual([{ ids: [job.id] }]))
  expect(second.asked('clouds.keepSecret')).toEqual([{ name: 'work', secret: 'open sesame', keep: 'keyring' }])

  second.view.unmount()
  const result = {
    resources: [{ kind: 'object', id: 'o-1', name: 'boot', url: 'https://sample.example/o-1' }],
    verified: 'sha256' as const,
    next: [{ title: 'Boot it', command: 'sample boot o-1', url: null }],
    share: { resource: 'boot', hours: 2 },
    temporary: [{ kind: 'part', id: 'p-1', label: 'part 1', keepOnSuccess: false, facts: {} }],
    sentBytes: 800,
    skippedBytes: 200,
  }
  jobs = [{ ...job, state: 'succeeded', output: { path: PATH, bytes: 1000, proofs: [], upload: result } }]
  const third = show()
  expect(await screen.findByRole('heading', { name: 'Ready' })).toBeDefined()
  expect(screen.getByRole<HTMLAnchorElement>('link').href).toBe('https://sample.example/o-1')
  expect(screen.getByText('sample boot o-1')).toBeDefined()
  expect(screen.getByRole('button', { name: 'Delete part 1' })).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Make the link' }))
  expect(await screen.findByRole('link', { name: /signed=1/ })).toBeDefined()
  expect(third.asked('clouds.shareLink')).toEqual([{ upload }])
  fireEvent.click(screen.getByRole('button', { name: 'Done' }))
  expect(await screen.findByText('Drop an image to ship it')).toBeDefined()
  expect(draft()).toBeUndefined()
})

test('what is left at the provider is deleted thing by thing, and says why when it is not', async () => {
  store().ship([PATH])
  store().choose(PATH, 's3')
  const { upload } = draft() ?? {}
  const input = { upload, provider: 's3', facts: sampleFacts(), edits: [], values: {} }
  jobs = [sampleJob({ id: 'job-0', kind: 'upload-image', input, state: 'cancelled', title: 'Upload boot.qcow2' })]
  store().list()
  const remotes = ['p-1', 'p-2'].map((id) => ({ kind: 'part', id, label: id, keepOnSuccess: false, facts: {} }))
  const { asked } = fakeBridge({
    'jobs.list': () => jobs,
    'recents.list': () => [],
    'clouds.openUploads': () => [
      { upload, provider: 's3', title: 'boot.qcow2 to Sample cloud', updatedAt: '2026-01-01T00:00:00Z', remotes },
    ],
    'clouds.cleanUp': ({ remote }: { remote?: string }) => ({ left: remote === 'p-2' ? [{ label: 'p-2', reason: 'It is locked' }] : [] }),
  })
  renderInApp(<ShipScreen />, sampleActions())
  const row = within(await screen.findByRole('region', { name: 'Broke off' }))
  expect(row.getByRole('button', { name: 'Resume boot.qcow2 to Sample cloud' })).toBeDefined()
  fireEvent.click(row.getByRole('button', { name: 'Delete p-1', hidden: true }))
  expect(await row.findByText('Deleted')).toBeDefined()
  fireEvent.click(row.getByRole('button', { name: 'Delete p-2', hidden: true }))
  expect(await row.findByText('It could not be deleted: It is locked')).toBeDefined()
  expect(asked('clouds.cleanUp')).toEqual([
    { upload, remote: 'p-1' },
    { upload, remote: 'p-2' },
  ])
})
