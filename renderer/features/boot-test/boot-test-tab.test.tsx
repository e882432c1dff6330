// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BootLive } from '#shared/boot-test/boot-live'
import type { ImageInfo } from '#shared/images/image-info'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from '../boot-entries/testing/sample-core.js'
import { useEditStore } from '../edits/edit-store.js'
import { BootBadge } from './boot-badge.js'
import { BootTestTab } from './boot-test-tab.js'
import { useBootTestStore } from './boot-test-store.js'
import { endedTest, sampleTest, sampleVerdict } from './testing/sample-boot-test.js'

// What is in the frame is looked at in the real window
vi.mock('./console/use-console-link.js', () => ({
  CONSOLE_SOURCE: 'about:blank',
  useConsoleLink: () => ({ frame: { current: null }, link: null, onLoad: () => {} }),
}))

const INFO = { path: PATH, name: 'boot.qcow2', revision: 'r1' } as unknown as ImageInfo
const SCREEN = 'data:image/png;base64,AAAA'

function open(jobs: Job[], live: BootLive | null = null) {
  const actions = sampleActions()
  const core = sampleCore(sampleReport([]), {
    'jobs.list': () => jobs,
    'jobs.start': () => sampleTest({ id: 'fresh' }),
    'bootTest.serial': () => ({ lines: ['one', 'root\u202egnp'], pending: 'sample login: ', skipped: 0, next: 20 }),
    'bootTest.screenshot': () => ({ url: SCREEN }),
    'bootTest.live': () => live,
    'bootTest.release': () => true,
    'bootTest.keep': () => ({ path: '/images/kept.qcow2' }),
    'bootTest.powerOff': () => true,
    'bootTest.raw': () => ({ bytes: new Uint8Array(), skipped: 0, next: 0, ended: true, times: [] }),
    'bootTest.saveLog': () => null,
    'host.reveal': () => undefined,
    'host.copy': () => undefined,
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
  expect(verdict.getByText('qemu-system-x86_64 -machine q35')).toBeTruthy()
  expect(screen.getByTitle('Serial console of the guest').getAttribute('sandbox')).toBe('allow-scripts allow-same-origin')
  fireEvent.click(screen.getByRole('radio', { name: 'Text' }))
  const text = await screen.findByText('sample login:', { selector: 'p' })
  expect(text.dataset.mark).toBe('ready')
  expect(screen.getByRole('group', { name: /Lines of the serial console/ }).textContent).not.toContain('\u202e')
  fireEvent.click(screen.getByRole('radio', { name: 'Screen' }))
  expect((await screen.findByRole('img', { name: /Graphical console/ })).getAttribute('src')).toBe(SCREEN)
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

test('a test of a first boot is not run again without its configuration, where it is not known any more', async () => {
  open([endedTest(sampleVerdict(), {}, { seed: { ignition: { text: '{}' } } })])
  expect(await screen.findByRole('button', { name: 'Another boot test…' })).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Run again' })).toBeNull()
})

const LIVE: BootLive = {
  seconds: 2.5,
  state: 'running',
  timeline: [
    { phase: 'firmware', seconds: 0.5, line: 'BdsDxe' },
    { phase: 'kernel', seconds: 2, line: 'Linux version 6.1' },
  ],
  evidence: [],
  missing: ['A login prompt'],
  judged: null,
  sshPort: null,
  accelerator: { used: 'tcg', reason: 'Emulated without KVM, which is slower. There is no /dev/kvm.' },
}

test('what this window has asked for is known as a whole, and is run again', async () => {
  const input = { source: PATH, edits: [], seed: { ignition: { text: '{}' } } }
  useBootTestStore.getState().begin('a', input)
  const { invoke } = open([endedTest(sampleVerdict(), { id: 'a' }, { seed: { ignition: { text: '(left out)' } } })])
  await press('Run again')
  await waitFor(() => expect(useBootTestStore.getState().shown[PATH]).toBe('fresh'))
  expect(invoke).toHaveBeenCalledWith('jobs.start', { kind: 'test-boot', input: { ...input, revision: 'r1' } })
})

test('a test that runs says how far it has come, what it waits for, and can be cancelled', async () => {
  open([sampleTest()], LIVE)
  const progress = within(await screen.findByRole('complementary', { name: 'Progress of the test' }))
  expect(await progress.findByText('Machine runs')).toBeTruthy()
  const stages = progress.getAllByRole('listitem', { current: 'step' })
  expect(stages.map(({ textContent }) => textContent)).toEqual(['Kernelat 2.0 s0.5 s'])
  expect(progress.getByText('not yet')).toBeTruthy()
  expect(progress.getByText(/^Emulated without KVM/)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Cancel' })).toBeTruthy()
})

test('a machine that stays on is reached by SSH, and switched off', async () => {
  const judged = { verdict: 'pass' as const, reason: 'The guest came as far as was wanted.', seconds: 6.7 }
  const { invoke } = open([sampleTest()], { ...LIVE, seconds: 90, judged, sshPort: 2222 })
  expect(await screen.findByText('Passed in 6.7 s')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull()
  fireEvent.click(screen.getByRole('radio', { name: 'SSH' }))
  fireEvent.change(screen.getByRole('textbox', { name: 'User to sign in as' }), { target: { value: 'core' } })
  await press('Copy command for a terminal of your own')
  expect(invoke).toHaveBeenCalledWith('host.copy', { text: expect.stringMatching(/^ssh -p 2222 .* core@127\.0\.0\.1$/) })
  fireEvent.change(screen.getByRole('textbox', { name: 'User to sign in as' }), { target: { value: '$(reboot)' } })
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Sign in' }).disabled).toBe(true)
  await press('Keep as new image…')
  expect(invoke).toHaveBeenCalledWith('bootTest.keep', { id: expect.any(String) })
  await press('Switch off')
  expect(invoke).toHaveBeenCalledWith('bootTest.release', { id: expect.any(String) })
})

const JUDGED = { verdict: 'none' as const, reason: 'The test was ended before it had come to a verdict.', seconds: 6.7 }

test('a guest that is asked to switch itself off is waited for in sight, and can be powered off', async () => {
  const keeping = { stage: 'closing', guest: 'shut-down', output: '/images/kept.qcow2', sinceSeconds: 7 } as const
  const { invoke } = open([sampleTest()], { ...LIVE, seconds: 21, judged: JUDGED, keeping })
  expect(await screen.findByText('No verdict after 6.7 s')).toBeTruthy()
  expect(screen.getByText(/^Waited for 14 s, 2 minutes at most/)).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Keep as new image…' })).toBeNull()
  await press('Power off now')
  expect(invoke).toHaveBeenCalledWith('bootTest.powerOff', { id: expect.any(String) })
})

test('a disk that could not be written is kept elsewhere, or let go', async () => {
  const error = new AppError('no-space', { details: { folder: '/images', neededBytes: 2 ** 30, freeBytes: 5 } }).data
  const keeping = { stage: 'waiting', guest: 'pause', output: '/images/kept.qcow2', sinceSeconds: 9, error } as const
  const { invoke } = open([sampleTest()], { ...LIVE, state: 'shut-down', judged: JUDGED, keeping })
  expect((await screen.findByRole('alert')).textContent).toContain('/images')
  expect(screen.getByText(/^Its disk could not be written\. What the guest wrote is still there/)).toBeTruthy()
  expect(screen.getByText('Machine is off')).toBeTruthy()
  await press('Keep as new image…')
  expect(invoke).toHaveBeenCalledWith('bootTest.keep', { id: expect.any(String) })
  await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Let it go' }).disabled).toBe(false))
  await press('Let it go')
  expect(invoke).toHaveBeenCalledWith('bootTest.release', { id: expect.any(String) })
})

test('a machine that was kept without a verdict is told as that, and no badge is about it', async () => {
  open([endedTest(sampleVerdict({ verdict: 'none', kept: '/images/kept.qcow2' }))])
  expect(await screen.findByText('Kept without a verdict after 6.7 s')).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Open the kept image' })).toBeTruthy()
  expect(screen.queryByText(/changed since/)).toBeNull()
  expect(screen.queryByRole('button', { name: /^(Boots|Boot test):/ })).toBeNull()
})

test('where the disk still is that was not kept, and how it is had from there', async () => {
  const error = new AppError('folder-not-writable', { details: { folder: '/gone', reason: 'ENOENT' } }).data
  open([endedTest(sampleVerdict({ unkept: { output: '/gone/kept.qcow2', error, disk: '/cache/run.qcow2' } }))])
  expect((await screen.findByRole('alert')).textContent).toContain('/gone')
  expect(screen.getByText('qemu-img convert -f qcow2 -O qcow2 /cache/run.qcow2 NEW.qcow2')).toBeTruthy()
})

test('of a machine that was never switched on there is the reason, and no console', async () => {
  const error = new AppError('tool-missing', { details: { tool: 'qemu-system-x86_64', package: 'qemu-system-x86' } }).data
  const step = { weight: 0.5, seconds: null }
  const steps = [
    { ...step, id: 'prepare', title: 'Prepare', state: 'failed' as const },
    { ...step, id: 'boot', title: 'Switch on', state: 'waiting' as const },
  ]
  open([sampleTest({ state: 'failed', error, steps })])
  expect((await screen.findByRole('alert')).textContent).toContain('qemu-system-x86_64 is not installed')
  expect(screen.getByText('Ended without a verdict')).toBeTruthy()
  expect(screen.queryByRole('region', { name: 'Consoles of the guest' })).toBeNull()
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
