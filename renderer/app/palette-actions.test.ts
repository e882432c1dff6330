import { expect, test, vi } from 'vitest'
import type { AppActions } from '../components/app-actions.js'
import { argumentActions, imageActions, nextTheme, recentActions } from './palette-actions.js'

function actions(): AppActions {
  return {
    chooseImages: vi.fn(),
    openImages: vi.fn(),
    closeImage: vi.fn(),
    showTab: vi.fn(),
    convert: vi.fn(),
    convertMany: vi.fn(),
    showBatch: vi.fn(),
    save: vi.fn(),
    bootTest: vi.fn(),
    showBootTest: vi.fn(),
    ship: vi.fn(),
    showUpload: vi.fn(),
    chooseRecipe: vi.fn(),
    exportRecipe: vi.fn(),
    showJobs: vi.fn(),
    showTools: vi.fn(),
    showSettings: vi.fn(),
    openContainer: vi.fn(),
    packageImage: vi.fn(),
    signIn: vi.fn(),
    allowPlainHttp: vi.fn(),
    reportFailure: vi.fn(),
  }
}

const recent = (path: string, exists: boolean) => ({
  path,
  exists,
  openedAt: '',
  format: 'raw',
  virtualBytes: 1,
  onDiskBytes: 1,
  osName: null,
  ignitionPlatform: null,
})

test('only what can be done now is offered', () => {
  expect(imageActions(null, 0, actions()).map(({ id }) => id)).toEqual(['open'])
  expect(imageActions('/a.qcow2', 0, actions()).map(({ id }) => id)).toEqual([
    'open',
    'convert',
    'package',
    'ship',
    'boot-test',
    'convert-for',
    'stage-recipe',
    'close',
  ])
  expect(imageActions('/a.qcow2', 2, actions()).map(({ id }) => id)).toEqual([
    'open',
    'convert',
    'package',
    'ship',
    'boot-test',
    'convert-for',
    'save',
    'save-in-place',
    'stage-recipe',
    'export-recipe',
    'close',
  ])
})

test('recent images that are gone or open are left out', () => {
  const found = recentActions([recent('/a', true), recent('/b', false), recent('/c', true)], [{ path: '/c', tab: 'boot' }], actions())
  expect(found.map(({ label }) => label)).toEqual(['a'])
})

test('an argument leads to the image that holds it', () => {
  const app = actions()
  const report = { entries: [{ args: ['quiet', 'quiet', 'rw'] }], searched: [], elapsedMs: 1 } as unknown as Parameters<
    typeof argumentActions
  >[1] extends (path: string) => infer R
    ? R
    : never
  const found = argumentActions([{ path: '/a', tab: 'files' }], () => report, app)
  expect(found.map(({ label }) => label)).toEqual(['quiet', 'rw'])
  found[1]?.onClick?.({} as never)
  expect(app.showTab).toHaveBeenCalledWith('/a', 'boot')
})

test('the theme action goes to the other scheme', () => {
  expect([nextTheme(true), nextTheme(false)]).toEqual(['light', 'dark'])
})
