// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BootVerdict } from '#shared/boot-test/boot-test-report'
import type { Edit } from '#shared/edits/edit'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from '../../features/boot-entries/testing/sample-core.js'
import { endedTest, sampleVerdict } from '../../features/boot-test/testing/sample-boot-test.js'
import { useEditStore } from '../../features/edits/edit-store.js'
import { ExportRecipeDialog } from './export-recipe-dialog.js'

const EDIT: Edit = { kind: 'hostname', name: 'node' }
const onClose = vi.fn()

function open(verdict: BootVerdict, saved: { path: string } | null = { path: '/a.yaml' }) {
  useEditStore.getState().stage(PATH, [EDIT])
  const job = endedTest(sampleVerdict({ verdict }), {}, { edits: [EDIT], append: ['debug'], seed: { ignition: { text: '{}' } } })
  const { invoke } = sampleCore(sampleReport([]), {
    'jobs.list': () => [job],
    'images.inspect': () => ({ revision: 'r1', path: PATH }) as never,
    'edits.recipe': () => ({ text: 'diskwright: 1', notes: [] }),
    'edits.saveText': () => saved,
  })
  renderInApp(<ExportRecipeDialog path={PATH} onClose={onClose} />, sampleActions())
  return invoke
}
const choice = () => screen.findByRole<HTMLInputElement>('checkbox', { name: /^With the last boot test/ })
const save = () => fireEvent.click(screen.getByRole('button', { name: 'Export as recipe…' }))

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  vi.clearAllMocks()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('a test that was passed goes along, without what it told the guest', async () => {
  const invoke = open('pass')
  expect((await choice()).checked).toBe(true)
  const shown = within(screen.getByRole('region', { name: 'Boot test' }))
  expect(shown.getByText('debug')).toBeTruthy()
  expect(shown.getByText(/recipes hold no secrets/)).toBeTruthy()
  save()
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce())
  expect(invoke).toHaveBeenCalledWith('edits.recipe', { path: PATH, edits: [EDIT], bootTest: true })
})

test('one that was not passed stays out unless it is wanted', async () => {
  const invoke = open('fail', null)
  expect((await choice()).checked).toBe(false)
  save()
  await waitFor(() => expect(invoke).toHaveBeenCalledWith('edits.saveText', expect.anything()))
  expect(invoke).toHaveBeenCalledWith('edits.recipe', { path: PATH, edits: [EDIT], bootTest: false })
  expect(onClose).not.toHaveBeenCalled()
  fireEvent.click(await choice())
  save()
  await waitFor(() => expect(invoke).toHaveBeenCalledWith('edits.recipe', { path: PATH, edits: [EDIT], bootTest: true }))
})
