// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { Recipe } from '#shared/recipes/recipe'
import { recipeBootTestSchema } from '#shared/recipes/recipe-boot-test'
import { type AppActions, AppActionsContext } from '../../components/app-actions.js'
import { useBootTestStore } from '../../features/boot-test/boot-test-store.js'
import { useEditStore } from '../../features/edits/edit-store.js'
import { RecipeDialog, type RecipeDialogProps } from './recipe-dialog.js'

const FILE = '/recipes/for-vmware.yaml'
const RECIPE: Recipe = {
  diskwright: 1,
  name: 'OCK for VMware',
  edits: [{ kind: 'retarget', platform: 'vmware' }, { kind: 'move-backup-gpt' }],
}
const MISMATCH = new AppError('recipe-mismatch', {
  details: { reason: 'System: expected Oracle, found Debian' },
  toolOutput: 'System: expected Oracle, found Debian\nPartition 1: expected vfat, found ext4',
})
const FINE = { edits: [{ problem: null }, { problem: null }], changes: [] }

const actions = { openImages: vi.fn(), showTab: vi.fn(), reportFailure: vi.fn() }
const answers: Record<string, (input: never) => unknown> = {}
const onClose = vi.fn()

function show(props: Partial<RecipeDialogProps> = {}) {
  return render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MantineProvider>
        <AppActionsContext value={actions as unknown as AppActions}>
          <RecipeDialog file={FILE} refused={null} images={[]} onClose={onClose} {...props} />
        </AppActionsContext>
      </MantineProvider>
    </QueryClientProvider>,
  )
}

const staged = (path: string) => useEditStore.getState().byPath[path]?.present ?? []

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  useBootTestStore.setState(useBootTestStore.getInitialState(), true)
  vi.clearAllMocks()
  Object.assign(answers, {
    'recipes.load': () => ({ file: FILE, recipe: RECIPE }),
    'recents.list': () => [],
    'images.choose': () => ['/images/chosen.qcow2'],
    'edits.preview': () => FINE,
  })
  const invoke = async (channel: string, input: unknown) => {
    try {
      return { ok: true, value: answers[channel]?.(input as never) }
    } catch (thrown) {
      return { ok: false, error: (thrown as AppError).data }
    }
  }
  Object.assign(window, { diskwright: { invoke, on: () => () => undefined, pathForFile: () => '' } })
})
afterEach(cleanup)

test('without an open image it says what comes first, opens one and stages the recipe there', async () => {
  show()
  expect(await screen.findByText(/Open the one it is for first/)).toBeDefined()
  expect(screen.getByText('Make the image fit VMware ESXi / vSphere')).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Open image…' }))
  await waitFor(() => expect(staged('/images/chosen.qcow2')).toEqual(RECIPE.edits))
  expect(actions.openImages).toHaveBeenCalledWith(['/images/chosen.qcow2'])
  expect(actions.showTab).toHaveBeenCalledWith('/images/chosen.qcow2', 'edits')
  expect(onClose).toHaveBeenCalledOnce()
})

test('every difference is listed, and the recipe is offered to the other open images', async () => {
  show({ refused: { path: '/images/debian.qcow2', error: MISMATCH }, images: ['/images/debian.qcow2', '/images/ock.qcow2'] })
  expect(await screen.findByText('It does not fit debian.qcow2: 2 differences. Nothing was staged.')).toBeDefined()
  expect(screen.getByText('Partition 1: expected vfat, found ext4')).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: /ock\.qcow2/ }))
  await waitFor(() => expect(staged('/images/ock.qcow2')).toEqual(RECIPE.edits))
  expect(actions.openImages).not.toHaveBeenCalled()
  expect(staged('/images/debian.qcow2')).toEqual([])
})

test('an image that it does not fit either is told, and nothing is staged', async () => {
  answers['edits.preview'] = () => {
    throw MISMATCH
  }
  show({ images: ['/images/other.qcow2'] })
  fireEvent.click(await screen.findByRole('button', { name: /other\.qcow2/ }))
  expect(await screen.findByText(/It does not fit other\.qcow2/)).toBeDefined()
  expect(staged('/images/other.qcow2')).toEqual([])
  expect(onClose).not.toHaveBeenCalled()
})

const BOOT_TEST = {
  platform: 'aws',
  entry: '1:/loader/entries/a.conf',
  append: ['debug'],
  expect: { patterns: ['^ready$'], timeoutSeconds: 90 },
} as const

test('what a recipe wants to see booting is in its plan, and is started once it is staged', async () => {
  const bootTest = recipeBootTestSchema.parse(BOOT_TEST)
  const begun = vi.fn((_request: unknown) => ({ id: 'job-1' }))
  Object.assign(answers, {
    'recipes.load': () => ({ file: FILE, recipe: { ...RECIPE, bootTest } }),
    'images.inspect': () => ({ revision: 'r1' }),
    'jobs.start': begun,
  })
  show({ images: ['/images/ock.qcow2'] })
  const plan = within(await screen.findByRole('region', { name: 'Boot test' }))
  for (const words of [
    /with the entry 1:\/loader\/entries\/a\.conf/,
    /as on Amazon Web Services/,
    'A login prompt',
    '^ready$',
    'debug',
    /no verdict after 1 min 30 s/,
  ])
    expect(plan.getByText(words)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: /ock\.qcow2/ }))
  await waitFor(() => expect(useBootTestStore.getState().recipes['/images/ock.qcow2']?.job).toBe('job-1'))
  const input = { source: '/images/ock.qcow2', revision: 'r1', edits: RECIPE.edits, ...bootTest }
  expect(begun).toHaveBeenCalledExactlyOnceWith({ kind: 'test-boot', input })
})

test('its boot test can be left for later', async () => {
  const begun = vi.fn()
  const recipe = { ...RECIPE, bootTest: recipeBootTestSchema.parse(BOOT_TEST) }
  Object.assign(answers, { 'recipes.load': () => ({ file: FILE, recipe }), 'jobs.start': begun })
  show({ images: ['/images/ock.qcow2'] })
  fireEvent.click(await screen.findByRole('checkbox', { name: /^Run its boot test/ }))
  fireEvent.click(screen.getByRole('button', { name: /ock\.qcow2/ }))
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce())
  expect(useBootTestStore.getState().recipes['/images/ock.qcow2']).toMatchObject({ name: 'OCK for VMware', job: null })
  expect(begun).not.toHaveBeenCalled()
})

test('a file that is no recipe is told in place', async () => {
  answers['recipes.load'] = () => {
    throw new AppError('recipe-invalid', { details: { reason: 'edits: too small' } })
  }
  show()
  expect(await screen.findByRole('alert')).toBeDefined()
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Open image…' }).disabled).toBe(true)
})
