import { expect, test } from 'vitest'
import { isOwnContainer, OWNER_LABEL, ownMark } from './own-labels.js'

test('a container that only bears the label of an image is not ours', () => {
  const labels = { [OWNER_LABEL]: ownMark() }
  expect(isOwnContainer({ name: 'diskwright-look-0a1b2c3d', labels })).toBe(true)
  // podman gives a container all labels of its image, and an image can say what it likes.
  expect(isOwnContainer({ name: 'theirs', labels })).toBe(false)
  expect(isOwnContainer({ name: 'diskwright-look-0a1b2c3d', labels: {} })).toBe(false)
})
