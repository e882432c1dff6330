// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import type { OutputPlan } from '#shared/jobs/job-requests'
import { renderInApp, sampleActions } from '../../features/boot-entries/testing/sample-core.js'
import { useContainersStore } from '../../features/containers/containers-store.js'
import { fakeBridge } from '../../features/containers/testing/sample-containers.js'
import { useEditStore } from '../../features/edits/edit-store.js'
import { sampleJob } from '../../features/jobs/testing/sample-jobs.js'
import { PackageDialog } from './package-dialog.js'

const PATH = '/images/boot.qcow2'
const HOST = 'registry.example:5000'
const PLAN: OutputPlan = {
  neededBytes: 800,
  estimateBytes: 700,
  freeBytes: 90_000,
  fits: true,
  commands: [],
  warnings: [],
  exists: false,
  steps: ['Write the layer', 'Push it'],
}

let jobs: Job[]
let plan: OutputPlan

function show() {
  const actions = {
    ...sampleActions(),
    allowPlainHttp: (registry: string) => useContainersStore.getState().allowPlainHttp(registry),
  }
  const bridge = fakeBridge({
    'images.inspect': () => ({ path: PATH, name: 'boot.qcow2', format: 'qcow2', revision: 'r1' }),
    'containers.planPackage': () => plan,
    'containers.chooseDestination': () => ({ reference: 'oci-archive:/out/boot.tar', replace: false }),
    'containers.chooseKey': () => ({ path: '/keys/cosign.key', isEncrypted: true }),
    'containers.unlockKey': ({ passphrase }: { passphrase: string }) => {
      if (passphrase !== 'MARKER') throw new AppError('bad-input', { details: { reason: 'the passphrase is wrong' } })
    },
    'tools.doctor': () => ({ tools: [{ id: 'gpg', ok: true }] }),
    'jobs.list': () => jobs,
    'jobs.start': ({ input }: { input: { access?: { plainHttp?: boolean } } }) => {
      const error = new AppError('registry-plain-http', {
        details: { registry: HOST },
        actions: [{ kind: 'use-plain-http', registry: HOST }],
      }).data
      const job = sampleJob({
        id: `job-${jobs.length}`,
        kind: 'package-container',
        ...(input.access?.plainHttp ? { state: 'running' } : { state: 'failed', error }),
      })
      jobs = [job, ...jobs]
      return job
    },
  })
  renderInApp(<PackageDialog path={PATH} onClose={() => {}} />, actions)
  return bridge
}
const start = (name: string) => screen.findByRole<HTMLButtonElement>('button', { name })
const typed = async (text: string) =>
  fireEvent.change(await screen.findByRole('textbox', { name: 'Reference at the registry' }), { target: { value: text } })

beforeEach(() => {
  jobs = []
  plan = PLAN
  useEditStore.setState({ byPath: {} })
  useContainersStore.setState(useContainersStore.getInitialState(), true)
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('where it goes is checked while it is typed; the steps are shown before anything runs', async () => {
  const { asked } = show()
  await typed('registry.example/Boot')
  expect((await screen.findByRole('alert')).textContent).toContain('lower case')
  expect((await start('Package and push')).disabled).toBe(true)
  await typed(`${HOST}/boot:1`)
  expect(await screen.findByText('Push it')).toBeDefined()
  expect(asked('containers.planPackage').at(-1)).toMatchObject({ source: PATH, revision: 'r1', destination: `docker://${HOST}/boot:1` })
  await waitFor(async () => expect((await start('Package and push')).disabled).toBe(false))
})

test('a registry without TLS wants a clear yes; then it starts again', async () => {
  const { asked } = show()
  await typed(`${HOST}/boot:1`)
  await waitFor(async () => expect((await start('Package and push')).disabled).toBe(false))
  fireEvent.click(await start('Package and push'))
  fireEvent.click(await start(`Use plain HTTP for ${HOST} this time`))
  await waitFor(() => expect(asked('jobs.start')).toHaveLength(2))
  expect(asked('jobs.start')).toMatchObject([{ input: { layout: 'boot-container' } }, { input: { access: { plainHttp: true } } }])
  expect(asked('jobs.start')[0]).not.toHaveProperty('input.access')
})

test('staged edits are not in the file, and that is said', async () => {
  useEditStore.getState().stage(PATH, [{ kind: 'move-backup-gpt' }])
  show()
  expect(await screen.findByText('1 staged edit is not in it')).toBeDefined()
})

test('a tag that is there is a warning, a file that is there is not written over', async () => {
  plan = { ...PLAN, exists: true, warnings: ['boot:1 is there already'] }
  show()
  await typed(`${HOST}/boot:1`)
  expect(await screen.findByText('boot:1 is there already')).toBeDefined()
  await waitFor(async () => expect((await start('Package and push')).disabled).toBe(false))
})

test('the passphrase of a key opens it before anything starts, and is in no request', async () => {
  const { asked } = show()
  await typed(`${HOST}/boot:1`)
  fireEvent.click(await screen.findByRole('radio', { name: 'sigstore key' }))
  fireEvent.click(await start('Choose…'))
  const field = await screen.findByLabelText('Passphrase of the key')
  fireEvent.change(field, { target: { value: 'wrong' } })
  await waitFor(async () => expect((await start('Package and push')).disabled).toBe(false))
  fireEvent.click(await start('Package and push'))
  expect((await screen.findByRole('alert')).textContent).toContain('he passphrase is wrong')
  expect(asked('jobs.start')).toEqual([])
  fireEvent.change(field, { target: { value: 'MARKER' } })
  fireEvent.click(await start('Package and push'))
  await waitFor(() => expect(asked('jobs.start')).toHaveLength(1))
  expect(asked('containers.unlockKey').at(-1)).toEqual({ path: '/keys/cosign.key', passphrase: 'MARKER' })
  expect(asked('jobs.start')).toMatchObject([{ input: { sign: { kind: 'sigstore', keyFile: '/keys/cosign.key' } } }])
  expect(JSON.stringify([asked('jobs.start'), asked('containers.planPackage')])).not.toContain('MARKER')
})
