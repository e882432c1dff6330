// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BootLive } from '#shared/boot-test/boot-live'
import type { Edit } from '#shared/edits/edit'
import type { Job } from '#shared/jobs/job'
import { AppError } from '#shared/errors/app-error'
import { recipeBootTestSchema } from '#shared/recipes/recipe-boot-test'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from '../boot-entries/testing/sample-core.js'
import { useEditStore } from '../edits/edit-store.js'
import { useBootTestStore } from './boot-test-store.js'
import { RecipeTestCard } from './recipe-test-card.js'
import { endedTest, sampleTest, sampleVerdict } from './testing/sample-boot-test.js'

const EDIT: Edit = { kind: 'hostname', name: 'node' }
const BOOT_TEST = recipeBootTestSchema.parse({ append: ['debug'], expect: { patterns: ['^ready$'] } })
const LIVE: BootLive = {
  seconds: 2.5,
  state: 'running',
  timeline: [],
  evidence: [],
  missing: ['A login prompt'],
  judged: null,
  sshPort: null,
}

/** An image on which a recipe is staged whose test was run as `job`. */
function open(jobs: Job[], job: string | null = jobs[0]?.id ?? null) {
  useEditStore.getState().stage(PATH, [EDIT])
  useBootTestStore.getState().ask(PATH, { name: 'For the fleet', edits: [EDIT], bootTest: BOOT_TEST, job })
  const core = sampleCore(sampleReport([]), {
    'jobs.list': () => jobs,
    'jobs.start': () => sampleTest({ id: 'fresh' }),
    'bootTest.live': () => LIVE,
    'images.inspect': () => ({ revision: 'r1', path: PATH }) as never,
  })
  const actions = sampleActions()
  renderInApp(<RecipeTestCard path={PATH} />, actions)
  return { actions, invoke: core.invoke }
}
const card = async () => within(await screen.findByRole('region', { name: 'Boot test of the recipe' }))

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  useBootTestStore.setState(useBootTestStore.getInitialState(), true)
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('it says what it boots and how it judges, and boots what is staged', async () => {
  const { invoke } = open([])
  const shown = await card()
  expect(shown.getByText('For the fleet asks that its result boots. Nothing is written to the image for it.')).toBeTruthy()
  expect(shown.getByText('^ready$')).toBeTruthy()
  fireEvent.click(shown.getByRole('button', { name: 'Run this boot test' }))
  await waitFor(() => expect(useBootTestStore.getState().recipes[PATH]?.job).toBe('fresh'))
  const input = { source: PATH, revision: 'r1', edits: [EDIT], ...BOOT_TEST }
  expect(invoke).toHaveBeenCalledWith('jobs.start', { kind: 'test-boot', input })
  expect(useBootTestStore.getState().started.fresh).toEqual(input)
})

test('while it runs it shows how far it has come, and leads to the console', async () => {
  const { actions } = open([sampleTest({ id: 'a' })])
  const shown = await card()
  expect(await shown.findByRole('progressbar')).toBeTruthy()
  expect(await shown.findByText('not yet')).toBeTruthy()
  expect(shown.getByRole('button', { name: 'Cancel' })).toBeTruthy()
  expect(shown.queryByRole('button', { name: /^Run/ })).toBeNull()
  fireEvent.click(shown.getByRole('button', { name: 'Watch' }))
  expect(actions.showBootTest).toHaveBeenCalledWith(PATH, 'a')
})

test('its verdict stands with the lines that say so, as long as nothing else is staged', async () => {
  const reason = 'The kernel panicked.'
  const evidence = [{ kind: 'fail' as const, rule: 'panic', title: 'A panic', line: 'Kernel panic', lineNumber: 9, seconds: 3 }]
  const { actions } = open([endedTest(sampleVerdict({ verdict: 'fail', reason, evidence }), { id: 'a' }, { edits: [EDIT] })])
  const shown = await card()
  expect(await shown.findByText('Failed after 6.7 s')).toBeTruthy()
  expect(shown.getByText(reason)).toBeTruthy()
  expect(shown.getByText('Kernel panic')).toBeTruthy()
  fireEvent.click(shown.getByRole('button', { name: 'Show evidence' }))
  expect(actions.showBootTest).toHaveBeenCalledWith(PATH, 'a')
  expect(shown.queryByText('The image or its edits have changed since')).toBeNull()
  act(() => useEditStore.getState().stage(PATH, [EDIT, { kind: 'move-backup-gpt' }]))
  expect(await shown.findByText('The image or its edits have changed since')).toBeTruthy()
  expect(shown.getByRole('button', { name: 'Run it again' })).toBeTruthy()
})

test('one that could not run says why', async () => {
  const error = new AppError('tool-missing', { details: { tool: 'qemu-system-x86_64' } }).data
  open([sampleTest({ id: 'a', state: 'failed', error })])
  expect((await (await card()).findByRole('alert')).textContent).toContain('qemu-system-x86_64')
})

test('without the edits of the recipe there is nothing to ask for', async () => {
  open([])
  await card()
  act(() => useEditStore.getState().stage(PATH, [{ kind: 'move-backup-gpt' }]))
  expect(screen.queryByRole('region')).toBeNull()
})
