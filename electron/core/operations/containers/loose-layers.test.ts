import { expect, test } from 'vitest'
import { layerIds, looseOf } from './loose-layers.js'

test('the id of a layer is that of all layers up to it', () => {
  const [one, two, three] = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string]
  expect(layerIds([])).toEqual([])
  const [first, second] = layerIds([one, two])
  expect(first).toBe('1'.repeat(64))
  // printf '%s+%s' 11…1 22…2 | sha256sum
  expect(second).toBe('bc3f520ac697f7fabf60ea74c96b8a1f9c2e2bbe9b3446d340b3798416c5842e')
  expect(layerIds([one, three])[1]).not.toBe(second)
})

test('a layer is loose when neither an image nor a container stands on it', () => {
  const layers = [
    { id: 'a' },
    { id: 'b', parent: 'a' },
    { id: 'c', parent: 'b' },
    { id: 'd', parent: 'a' },
    { id: 'e' },
    { id: 'f', parent: 'e' },
  ]
  const users = [
    { id: 'image', layer: 'b' },
    { id: 'other', layer: 'gone', 'mapped-layers': ['e'] },
  ]
  expect([...looseOf(layers, users)]).toEqual(['c', 'd', 'f'])
  expect([...looseOf(layers, [])]).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  expect([
    ...looseOf(
      [
        { id: 'x', parent: 'y' },
        { id: 'y', parent: 'x' },
      ],
      [{ id: 'image', layer: 'x' }],
    ),
  ]).toEqual([])
})
