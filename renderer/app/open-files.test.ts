import { beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { useEditStore } from '../features/edits/edit-store.js'
import { useNavigation } from './navigation-store.js'
import { useConvertStore } from '../features/convert/convert-store.js'
import { openDroppedFiles, openFiles } from './open-files.js'

const EDIT = { kind: 'move-backup-gpt' } as const
const RECIPE = { diskwright: 1, edits: [EDIT] }
let fits = true

const go = () => useNavigation.getState()
const staged = (path: string) => useEditStore.getState().byPath[path]?.present ?? []

beforeEach(() => {
  fits = true
  useEditStore.setState({ byPath: {} })
  useNavigation.setState({ view: { kind: 'home' }, images: [], active: null, dialog: null })
  const invoke = vi.fn(async (channel: string, input: { path: string }) => {
    if (channel === 'recipes.load') return { ok: true, value: { file: input.path, recipe: RECIPE } }
    if (!fits) return { ok: false, error: new AppError('recipe-mismatch').data }
    return {
      ok: true,
      value: {
        edits: staged(input.path)
          .concat(EDIT)
          .map(() => ({ problem: null })),
        changes: [],
      },
    }
  })
  Object.assign(window, { diskwright: { invoke } })
})

test('images get tabs; recipes dropped with them are staged on the one that shows then, each behind the other', async () => {
  await openFiles(['/a.qcow2', '/one.yaml', '/b.raw', '/two.YML'])
  expect(go().images.map(({ path }) => path)).toEqual(['/a.qcow2', '/b.raw'])
  expect(staged('/b.raw')).toEqual([EDIT, EDIT])
  expect(go().images[1]?.tab).toBe('edits')
  expect(go().dialog).toBeNull()
})

test('on the Convert screen images that are dropped become rows of its table', async () => {
  useConvertStore.setState(useConvertStore.getInitialState(), true)
  go().show({ kind: 'convert' })
  await openDroppedFiles(['/machine.ova', '/a.qcow2'])
  expect(useConvertStore.getState().sources.map(({ path }) => path)).toEqual(['/machine.ova', '/a.qcow2'])
  expect(go()).toMatchObject({ images: [], view: { kind: 'convert' } })
  go().show({ kind: 'home' })
  await openDroppedFiles(['/b.raw'])
  expect(go().images.map(({ path }) => path)).toEqual(['/b.raw'])
})

test('without an image on the screen a dialog asks for it', async () => {
  await openFiles(['/one.yaml', '/two.yaml'])
  expect(go().dialog).toEqual({ kind: 'recipe', file: '/one.yaml', refused: null })
  await openFiles(['/a.qcow2'])
  go().openDialog(null)
  go().show({ kind: 'jobs', selected: null })
  await openFiles(['/one.yaml'])
  expect(go().dialog).toMatchObject({ kind: 'recipe', refused: null })
  expect(staged('/a.qcow2')).toEqual([])
})

test('what does not fit the image is told with it, and the recipes after it wait', async () => {
  fits = false
  await openFiles(['/a.qcow2', '/one.yaml', '/two.yaml'])
  expect(go().dialog).toMatchObject({
    kind: 'recipe',
    file: '/one.yaml',
    refused: { path: '/a.qcow2', error: { code: 'recipe-mismatch' } },
  })
  expect(staged('/a.qcow2')).toEqual([])
})

test('a dialog that is open is not taken away', async () => {
  go().open(['/a.qcow2'])
  go().openDialog({ kind: 'convert', paths: ['/a.qcow2'] })
  await openFiles(['/one.yaml'])
  expect(go().dialog).toMatchObject({ kind: 'convert' })
  expect(staged('/a.qcow2')).toEqual([])
})
