// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CallInput } from '#shared/contract'
import type { HealthReport } from '#shared/health/finding'
import { platformFacts } from '#shared/platforms/plan-retarget'
import { platform } from '#shared/platforms/platforms'
import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from '../boot-entries/testing/sample-core.js'
import { useEdits, useEditStore } from '../edits/edit-store.js'
import { TargetPanel } from './target-panel.js'
import { useTargetStore } from './target-store.js'

const ACTIONS = sampleActions()

function plan({ platform: id }: CallInput<'retarget.plan'>): RetargetPlanReport {
  const entry = {
    entry: 'one',
    title: 'System',
    isDefault: true,
    leaves: ['ignition.platform.id=qemu'],
    arrives: [`ignition.platform.id=${id}`],
    moves: [],
    before: [],
    after: [],
    reasons: [{ arg: 'ignition.platform.id=qemu', why: 'Names the platform that the image was made for' }],
    consoles: [],
    ignitionId: id,
    problem: null,
  }
  return {
    platform: platformFacts(platform(id)),
    current: null,
    ignitionId: id,
    family: 'ock',
    arch: 'x86_64',
    archFrom: 'assumed',
    ownTable: false,
    perEntry: [entry],
    perFile: [],
    consoleBlocks: [],
    offered: [{ arg: 'net.ifnames=0', why: 'Keeps eth0' }],
    imageAdvice: [{ code: 'not-whole-gib', severity: 'error', text: 'It takes a whole number of GiB', growTo: null }],
    notes: [],
    changes: true,
  }
}

const HEALTH: HealthReport = {
  platform: 'vmware',
  findings: [
    {
      id: 'esp-type',
      check: 'esp-type',
      group: 'disk',
      severity: 'error',
      title: 'The ESP has the wrong partition type',
      text: '',
      evidence: [],
      fix: [{ kind: 'move-backup-gpt' }],
      fixLabel: 'Set it',
      platformSpecific: false,
    },
  ],
  counts: { error: 1, warning: 0, info: 0, pass: 19 },
  initramfs: false,
  elapsedMs: 1,
}

function Panel() {
  return <TargetPanel path={PATH} edits={useEdits(PATH)} />
}

function show() {
  const core = sampleCore(sampleReport([]), { 'retarget.plan': plan, 'health.check': () => HEALTH })
  renderInApp(<Panel />, ACTIONS)
  return core
}

const edits = () => useEditStore.getState().byPath[PATH]?.present ?? []

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  useTargetStore.setState({ byPath: {} })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

test('nothing is chosen: it says what choosing does, and offers the usual ones', () => {
  show()
  expect(screen.getByText(/You see what leaves and what arrives/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'AWS' }))
  expect(useTargetStore.getState().byPath[PATH]).toBe('aws')
})

test('a choice shows what leaves, what arrives and what the platform takes, and stages nothing', async () => {
  useTargetStore.getState().choose(PATH, 'vmware')
  show()
  expect(await screen.findByText('ignition.platform.id=qemu')).toBeDefined()
  expect(screen.getByText('ignition.platform.id=vmware')).toBeDefined()
  expect(screen.getByText('OVA, stream-optimized VMDK')).toBeDefined()
  expect(screen.getByText(/It takes a whole number of GiB/)).toBeDefined()
  expect(edits()).toEqual([])
})

test('one click stages it, the next platform takes its place, and undo takes it out', async () => {
  useTargetStore.getState().choose(PATH, 'vmware')
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Stage for VMware ESXi' }))
  await waitFor(() => expect(edits()).toEqual([{ kind: 'retarget', platform: 'vmware' }]))
  expect(await screen.findByText('Staged for VMware ESXi')).toBeDefined()
  useTargetStore.getState().choose(PATH, 'azure')
  const button = await screen.findByRole('button', { name: 'Stage for Microsoft Azure' })
  fireEvent.click(screen.getByRole('checkbox', { name: /^One more that suits some images/ }))
  fireEvent.click(button)
  await waitFor(() => expect(edits()).toEqual([{ kind: 'retarget', platform: 'azure', extras: 'all' }]))
  fireEvent.click(await screen.findByRole('button', { name: 'Undo' }))
  expect(edits()).toEqual([])
})

test('the plan is made without the retarget that is staged, so it always tells the whole change', async () => {
  useEditStore.getState().stage(PATH, [{ kind: 'retarget', platform: 'aws' }])
  useTargetStore.getState().choose(PATH, 'vmware')
  const { invoke } = show()
  await screen.findByText('ignition.platform.id=vmware')
  expect(invoke).toHaveBeenCalledWith('retarget.plan', { path: PATH, platform: 'vmware', extras: 'default', edits: [] })
})

test('the checks are told in a line, and the gravest finding is mended from there', async () => {
  useTargetStore.getState().choose(PATH, 'vmware')
  show()
  expect(await screen.findByText(/19 of 20 checks pass for VMware ESXi/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'fix' }))
  await waitFor(() => expect(edits()).toEqual([{ kind: 'move-backup-gpt' }]))
  fireEvent.click(screen.getByRole('button', { name: 'Show all checks' }))
  expect(ACTIONS.showTab).toHaveBeenCalledWith(PATH, 'health')
})

test('the image leads to the preset of the platform, and with edits it can be saved for it', async () => {
  useTargetStore.getState().choose(PATH, 'vmware')
  show()
  const target = { format: 'vmdk', subformat: 'streamOptimized' }
  fireEvent.click(await screen.findByRole('button', { name: 'Make VMware ESXi OVA…' }))
  expect(ACTIONS.convertMany).toHaveBeenCalledWith([PATH], ['vmware-ova'])
  fireEvent.click(screen.getByRole('button', { name: 'Stage for VMware ESXi' }))
  fireEvent.click(await screen.findByRole('button', { name: 'Save for VMware ESXi…' }))
  expect(ACTIONS.save).toHaveBeenCalledWith(PATH, 'new-file', target)
  expect(screen.getByRole('button', { name: 'Make VMware ESXi OVA…' })).toBeDefined()
})

test('a platform without a preset is converted for with its format', async () => {
  useTargetStore.getState().choose(PATH, 'vultr')
  show()
  fireEvent.click(await screen.findByRole('button', { name: /^Convert for Vultr/ }))
  expect(ACTIONS.convert).toHaveBeenCalledWith([PATH], expect.objectContaining({ format: 'raw' }))
})
