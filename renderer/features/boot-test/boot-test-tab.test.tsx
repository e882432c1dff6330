// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ImageInfo } from '#shared/images/image-info'
import type { Job } from '#shared/jobs/job'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from '../boot-entries/testing/sample-core.js'
import { useEditStore } from '../edits/edit-store.js'
import { BootBadge } from './boot-badge.js'
import { BootTestTab } from './boot-test-tab.js'
import { useBootTestStore } from './boot-test-store.js'
import { endedTest, sampleTest, sampleVerdict } from './testing/sample-boot-test.js'

const INFO = { path: PATH, name: 'boot.qcow2', revision: 'r1' } as unknown as ImageInfo
const SCREEN = 'data:image/png;base64,AAAA'

function open(jobs: Job[]) {
  const actions = sampleActions()
  const core = sampleCore(sampleReport([]), {
    'jobs.list': () => jobs,
    'jobs.start': () => sampleTest({ id: 'fresh' }),
    'bootTest.serial': () => ({ lines: ['one', 'root\u202egnp'], pending: 'sample login: ', skipped: 0, next: 20 }),
    'bootTest.screenshot': () => ({ url: SCREEN }),
    'bootTest.saveLog': () => null,
    'host.reveal': () => undefined,
  })
  renderInApp(
    <>
      <BootBadge info={INFO} />
      <BootTestTab info={INFO} />
    </>,
    actions,
  )
  return { actions, invoke: core.invoke }
}
const press = async (name: string | RegExp) => fireEvent.click(await screen.findByRole('button', { name }))

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  useBootTestStore.setState(useBootTestStore.getInitialState(), true)
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('an image that never was tested is offered to be', async () => {
  const { actions } = open([])
  await press('Boot test…')
  expect(actions.bootTest).toHaveBeenCalledWith(PATH)
})

test('a verdict stands with its lines, its time line, its console, and its command', async () => {
  const { actions, invoke } = open([endedTest(sampleVerdict({ screenshot: '/state/jobs/a/screen.png', missing: ['Not there'] }))])
  expect((await screen.findByText('Passed in 6.7 s')).textContent).toBeTruthy()
  const verdict = within(screen.getByRole('complementary', { name: 'Verdict' }))
  const evidence = within(verdict.getByRole('list', { name: 'Evidence' }))
  expect(evidence.getByText('A login prompt')).toBeTruthy()
  expect(evidence.getByText('not seen')).toBeTruthy()
  expect(within(verdict.getByRole('list', { name: 'Stages of the boot' })).getAllByRole('listitem')).toHaveLength(3)
  expect((await verdict.findByRole('img', { name: /Graphical console/ })).getAttribute('src')).toBe(SCREEN)
  expect(verdict.getByText('qemu-system-x86_64 -machine q35')).toBeTruthy()
  const text = await screen.findByText('sample login:', { selector: 'p' })
  expect(text.dataset.mark).toBe('ready')
  expect(screen.getByRole('group', { name: /Serial console/ }).textContent).not.toContain('\u202e')
  await press('Show serial log in folder')
  expect(invoke).toHaveBeenCalledWith('host.reveal', { path: '/state/jobs/a/serial.log' })
  await press('Save serial log…')
  expect(invoke).toHaveBeenCalledWith('bootTest.saveLog', { id: expect.any(String) })
  await press(/^Boots: passed/)
  expect(actions.showBootTest).toHaveBeenCalled()
})

test('run again takes the edits as they are now', async () => {
  const jobs = [endedTest(sampleVerdict(), {}, { append: ['debug'] })]
  const edits = [{ kind: 'hostname', name: 'node' }] as const
  useEditStore.getState().stage(PATH, edits)
  const { invoke } = open(jobs)
  expect(await screen.findByText('The image or its edits have changed since')).toBeTruthy()
  expect(screen.queryByRole('button', { name: /^Boots: passed/ })).toBeNull()
  await press('Run again')
  await waitFor(() => expect(useBootTestStore.getState().shown[PATH]).toBe('fresh'))
  expect(invoke).toHaveBeenCalledWith('jobs.start', {
    kind: 'test-boot',
    input: expect.objectContaining({ edits, append: ['debug'], revision: 'r1' }),
  })
})

test('a test of a first boot is not run again without its configuration', async () => {
  open([endedTest(sampleVerdict(), {}, { seed: { ignition: { text: '{}' } } })])
  expect(await screen.findByRole('button', { name: 'Another boot test…' })).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Run again' })).toBeNull()
})

test('a test that runs says how far it has come, and can be cancelled', async () => {
  open([sampleTest({ message: 'Kernel' })])
  const stages = within(await screen.findByRole('list', { name: 'Stages of the boot' })).getAllByRole('listitem')
  expect(stages.map(({ textContent }) => textContent)).toEqual([
    'Firmwarepassed',
    'Boot loaderpassed',
    'Kernelnow',
    'Initial RAM disknot yet',
    'Systemnot yet',
    'Loginnot yet',
  ])
  expect(screen.getByRole('button', { name: 'Cancel' })).toBeTruthy()
  expect(await screen.findByText('one')).toBeTruthy()
})

test('a test that failed says so with its reason', async () => {
  const reason = 'The kernel panicked.'
  const line = 'Kernel panic - not syncing'
  const evidence = [{ kind: 'fail' as const, rule: 'panic', title: 'The kernel panicked', line, lineNumber: 9, seconds: 3 }]
  open([endedTest(sampleVerdict({ verdict: 'fail', reason, evidence, timeline: [] }))])
  expect(await screen.findByText('Failed after 6.7 s')).toBeTruthy()
  expect(screen.getByText(reason)).toBeTruthy()
  expect(screen.getByText(line)).toBeTruthy()
  expect(screen.getByText('No stage of the boot was seen.')).toBeTruthy()
})
