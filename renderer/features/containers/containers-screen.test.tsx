// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { renderInApp, sampleActions } from '../boot-entries/testing/sample-core.js'
import { sampleJob } from '../jobs/testing/sample-jobs.js'
import { ContainersScreen } from './containers-screen.js'
import { useContainersStore } from './containers-store.js'
import { forgetIndex } from './index-store.js'
import {
  type Answers,
  DIGEST,
  fakeBridge,
  REFERENCE,
  sampleCandidate,
  sampleImage,
  sampleIndex,
  sampleReport,
} from './testing/sample-containers.js'

vi.setConfig({ testTimeout: 60_000 })

let jobs: Job[]
const usual = (): Answers => ({
  'containers.resolve': ({ text }: { text: string }) => ({ references: [text === 'boot' ? REFERENCE : text], notes: [] }),
  'containers.inspect': () => sampleReport(),
  'containers.tags': () => ['8.10', '8.9', 'latest'],
  'containers.openIndex': () => sampleIndex(),
  'containers.closeIndex': () => undefined,
  'jobs.list': () => jobs,
})

function open(answers: Answers = {}, text = REFERENCE) {
  const bridge = fakeBridge({ ...usual(), ...answers })
  const actions = sampleActions()
  useContainersStore.getState().ask(text)
  renderInApp(<ContainersScreen />, { ...actions, allowPlainHttp: (registry) => useContainersStore.getState().allowPlainHttp(registry) })
  return { ...bridge, actions }
}
const button = (name: string | RegExp) => screen.findByRole<HTMLButtonElement>('button', { name })

beforeEach(() => {
  // The virtual lists draw what fits; without a layout nothing would.
  for (const size of ['clientHeight', 'clientWidth'] as const) vi.spyOn(HTMLElement.prototype, size, 'get').mockReturnValue(600)
  jobs = []
  useContainersStore.setState(useContainersStore.getInitialState(), true)
})
afterEach(() => {
  cleanup()
  forgetIndex()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('a disk shows as soon as it is found, while the rest is still read; it is taken out as it was looked at, and opens', async () => {
  const { push, asked, actions } = open({
    'containers.chooseOutput': () => ({ path: '/out/boot.qcow2', replace: false }),
    'jobs.start': () => {
      jobs = [sampleJob({ id: 'taken', kind: 'extract-container', title: 'Take boot.qcow2 out' })]
      return jobs[0]
    },
  })
  expect(await screen.findByRole('status', { name: 'Looking for disks' })).toBeDefined()
  act(() => push('containers.indexed', sampleIndex({ candidates: [sampleCandidate()] })))
  const table = await screen.findByRole('table', { name: 'Disks in the container image' })
  expect(within(table).getByText('15 GiB')).toBeDefined()
  expect(screen.getByRole('progressbar', { name: 'Read of the container image' }).getAttribute('aria-valuenow')).toBe('2')
  act(() => push('containers.indexed', sampleIndex({ id: 'another', state: 'done' })))
  expect(screen.getByRole('progressbar')).toBeDefined()
  fireEvent.click(await button('Take out and open'))
  await waitFor(() => expect(asked('jobs.start')).toHaveLength(1))
  expect(asked('containers.chooseOutput')).toEqual([{ suggested: 'boot.qcow2' }])
  expect(asked('jobs.start')[0]).toMatchObject({
    kind: 'extract-container',
    input: { reference: REFERENCE, digest: DIGEST, path: '/disk/boot.qcow2', output: '/out/boot.qcow2', via: 'auto', unpack: true },
  })
  expect(useContainersStore.getState().taking).toEqual({ job: 'taken', opens: true })
  expect(actions.openImages).not.toHaveBeenCalled()
})

test('once the disk is there it opens', async () => {
  const output = { path: '/out/boot.qcow2', bytes: 1, proofs: [] }
  jobs = [sampleJob({ id: 'taken', kind: 'extract-container', state: 'succeeded', output })]
  const { actions } = open()
  act(() => useContainersStore.getState().takeOut({ job: 'taken', opens: true }))
  await waitFor(() => expect(actions.openImages).toHaveBeenCalledWith(['/out/boot.qcow2']))
  expect(useContainersStore.getState().taking).toBeNull()
})

test('of an index another platform is looked into, and what was read before is given up', async () => {
  const arm = `sha256:${'f'.repeat(64)}`
  const images = [sampleImage(), sampleImage({ digest: arm, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } })]
  const { asked } = open({ 'containers.inspect': () => sampleReport({ isIndex: true, images }) })
  fireEvent.click(await screen.findByRole('radio', { name: 'linux/arm64/v8' }))
  await waitFor(() => expect(asked('containers.openIndex')).toHaveLength(2))
  expect(asked('containers.openIndex')[1]).toMatchObject({ platform: { architecture: 'arm64' }, digest: DIGEST })
  expect(asked('containers.closeIndex')).toEqual([{ id: 'index-1' }])
})

test('plain HTTP is used only after a clear yes, for that registry', async () => {
  const refusal = new AppError('registry-plain-http', {
    details: { registry: 'registry.example:5000' },
    actions: [{ kind: 'use-plain-http', registry: 'registry.example:5000' }],
  })
  const { asked } = open({
    'containers.inspect': ({ access }: { access?: { plainHttp: true } }) => {
      if (access?.plainHttp !== true) throw refusal
      return sampleReport({ plainHttp: true })
    },
    'containers.tags': () => [],
  })
  fireEvent.click(await button('Use plain HTTP for registry.example:5000 this time'))
  expect(await screen.findByText('It comes without TLS')).toBeDefined()
  expect(asked('containers.inspect').at(-1)).toEqual({ reference: REFERENCE, access: { plainHttp: true } })
  await waitFor(() => expect(asked('containers.openIndex').at(-1)).toMatchObject({ access: { plainHttp: true } }))
})

test('a registry that wants a sign-in leads to it, and is asked again by itself', async () => {
  const { actions } = open({
    'containers.inspect': () => {
      throw new AppError('sign-in-needed', {
        details: { registry: 'registry.example:5000' },
        actions: [{ kind: 'sign-in', registry: 'registry.example:5000' }],
      })
    },
  })
  fireEvent.click(await button('Sign in…'))
  expect(actions.signIn).toHaveBeenCalledWith('registry.example:5000', expect.any(Function))
})

test('a short name is not looked for anywhere before its registry is chosen', async () => {
  const references = [REFERENCE, 'docker://other.example/team/boot:8.10']
  const { asked } = open({ 'containers.resolve': () => ({ references, notes: [] }) }, 'boot')
  fireEvent.click(await button('other.example/team/boot:8.10'))
  await waitFor(() => expect(asked('containers.inspect')).toEqual([{ reference: references[1], access: undefined }]))
})

test('the policy of the machine blocks what it does not allow, and says so before', async () => {
  open({
    'containers.inspect': () => sampleReport({ signature: { state: 'missing', detail: 'It has to be signed by /keys/team.pub.' } }),
    'containers.openIndex': () => sampleIndex({ state: 'done', candidates: [sampleCandidate()] }),
  })
  expect(await screen.findByText('The policy of this machine does not allow this image')).toBeDefined()
  expect((await button('Take out and open')).disabled).toBe(true)
})

test('a tag of the list is looked into', async () => {
  const { asked } = open()
  fireEvent.click(await screen.findByRole('option', { name: '8.9' }))
  await waitFor(() =>
    expect(asked('containers.inspect').at(-1)).toMatchObject({ reference: 'docker://registry.example:5000/team/boot:8.9' }),
  )
})

test('an image without a disk says so and leads to its files, where one is taken out', async () => {
  const { asked } = open({
    'containers.openIndex': () => sampleIndex({ state: 'done', readBytes: 480, totalBytes: 480 }),
    'containers.list': ({ folder }: { folder: string }) =>
      folder === '/'
        ? [{ name: 'etc', kind: 'folder', bytes: 0, mode: 0o755, uid: 0, gid: 0, link: null }]
        : [{ name: 'os-release', kind: 'file', bytes: 321, mode: 0o644, uid: 0, gid: 0, link: null }],
    'containers.chooseOutput': () => null,
  })
  expect(await screen.findByText('No disk was found in it')).toBeDefined()
  fireEvent.click(screen.getByRole('tab', { name: /^Files/ }))
  const grid = await screen.findByRole('grid', { name: 'Content of /' })
  fireEvent.keyDown(grid, { key: 'ArrowDown' })
  fireEvent.keyDown(grid, { key: 'Enter' })
  expect(await screen.findByRole('grid', { name: 'Content of /etc' })).toBeDefined()
  expect(asked('containers.list').at(-1)).toEqual({ id: 'index-1', folder: '/etc' })
})

test('what failed while it was read is told with what can be done', async () => {
  const error = new AppError('blob-mismatch', { details: { digest: DIGEST } }).data
  const { asked } = open({ 'containers.openIndex': () => sampleIndex({ state: 'failed', error }) })
  expect(await screen.findByText('What arrived is not what the manifest says')).toBeDefined()
  fireEvent.click(await button('Try again'))
  await waitFor(() => expect(asked('containers.openIndex')).toHaveLength(2))
})

test('a text that is no reference is told once, beside the field; a file that is not there is not the fault of the text', async () => {
  const words = 'This is no reference of a container image: it names no repository.'
  const refuse = (error: AppError) => () => {
    throw error
  }
  open({ 'containers.resolve': refuse(new AppError('bad-input', { details: { reason: 'it names no repository' } })) })
  expect(await screen.findByText(words)).toBeDefined()
  expect(screen.getAllByRole('alert')).toHaveLength(1)
  cleanup()
  open({ 'containers.resolve': refuse(new AppError('file-not-found', { details: { path: '/disk.tar' } })) }, 'oci-archive:/disk.tar')
  expect(await screen.findByText('The file is not there')).toBeDefined()
  expect(screen.getAllByRole('alert')).toHaveLength(1)
})

test('what was taken out is offered to be opened only where it is a disk', async () => {
  const output = { path: '/out/notes', bytes: 1, proofs: [], isDisk: false }
  jobs = [sampleJob({ id: 'taken', kind: 'extract-container', state: 'succeeded', output })]
  open()
  act(() => useContainersStore.getState().takeOut({ job: 'taken', opens: false }))
  expect(await button('Show in folder')).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Open image' })).toBeNull()
})
