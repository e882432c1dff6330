import { expect, test } from 'vitest'
import { isBootable } from './bootable-labels.js'

test.each([
  [{ 'containers.bootc': '1' }, true],
  [{ 'ostree.bootable': 'True' }, true],
  [{ 'containers.bootc': '0' }, false],
  [{ 'org.opencontainers.image.title': '1' }, false],
  [{}, false],
])('%o', (labels, bootable) => {
  expect(isBootable(labels)).toBe(bootable)
})
