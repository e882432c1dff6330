import { beforeEach, expect, test } from 'vitest'
import { useNavigation } from './navigation-store.js'

const go = () => useNavigation.getState()

beforeEach(() => useNavigation.setState({ view: { kind: 'home' }, images: [], active: null, dialog: null }))

test('opening shows the last image, and one path has one tab', () => {
  go().open(['/a', '/b', '/a'])
  go().open(['/b'])
  expect(go().images.map((image) => image.path)).toEqual(['/a', '/b'])
  expect(go().active).toBe('/b')
  expect(go().view).toEqual({ kind: 'images' })
})

test('closing the shown image shows its neighbour, then Home', () => {
  go().open(['/a', '/b', '/c'])
  go().showTab('/b', 'files')
  go().close('/b')
  expect(go().active).toBe('/c')
  go().close('/c')
  expect(go().active).toBe('/a')
  go().close('/a')
  expect(go().active).toBeNull()
  expect(go().view).toEqual({ kind: 'home' })
})

test('closing another image leaves the shown one', () => {
  go().open(['/a', '/b'])
  go().close('/a')
  expect(go().active).toBe('/b')
})

test('tabs go round in both directions', () => {
  go().open(['/a', '/b', '/c'])
  go().cycle(1)
  expect(go().active).toBe('/a')
  go().cycle(-1)
  expect(go().active).toBe('/c')
})

test('a tab is remembered per image', () => {
  go().open(['/a', '/b'])
  go().showTab('/a', 'edits')
  expect(go().images).toEqual([
    { path: '/a', tab: 'edits' },
    { path: '/b', tab: 'boot' },
  ])
})
