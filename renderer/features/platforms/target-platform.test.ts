import { expect, test } from 'vitest'
import { platformOfImage } from './target-platform.js'
import { useTargetStore } from './target-store.js'

test.each([
  ['qemu', 'libvirt'],
  ['vmware', 'vmware'],
  ['oci', 'oci'],
  ['oraclecloud', 'oci'],
  ['no-such-place', null],
  [null, null],
] as const)('an image for %s is for %s', (ignitionPlatform, platform) => {
  expect(platformOfImage({ ignitionPlatform })).toBe(platform)
})

test('an image that is not read yet is for no platform', () => {
  expect(platformOfImage(undefined)).toBeNull()
})

test('a choice is kept for its image until that is closed; no platform is a choice', () => {
  const { choose, forget } = useTargetStore.getState()
  choose('/a', 'aws')
  choose('/b', null)
  expect(useTargetStore.getState().byPath).toEqual({ '/a': 'aws', '/b': null })
  forget('/a')
  expect(useTargetStore.getState().byPath).toEqual({ '/b': null })
})
