import { expect, test } from 'vitest'
import { orderTags } from './tag-order.js'

test.each([
  [
    ['1.9', '1.10', '1.2.3', '1.2'],
    ['1.10', '1.9', '1.2', '1.2.3'],
  ],
  [
    ['v1', 'v10', 'v2'],
    ['v10', 'v2', 'v1'],
  ],
  [
    ['2.0-rc1', '2.0-rc10', '2.0', '2.0-alpine', '1.9'],
    ['2.0', '2.0-alpine', '2.0-rc10', '2.0-rc1', '1.9'],
  ],
  [
    ['stable', '40', 'latest', '41', 'rawhide'],
    ['latest', '41', '40', 'rawhide', 'stable'],
  ],
  [
    ['stable-20240101', 'testing-1', 'stable-20250101'],
    ['stable-20250101', 'stable-20240101', 'testing-1'],
  ],
  [
    ['41.20250101.0', '41.20250101.0-x86_64', '41.20241231.0'],
    ['41.20250101.0', '41.20250101.0-x86_64', '41.20241231.0'],
  ],
  [
    ['9007199254740993', '9007199254740992'],
    ['9007199254740993', '9007199254740992'],
  ],
  [[`sha256-${'a'.repeat(64)}.sig`, `sha256-${'a'.repeat(64)}`, 'v1', 'v1'], ['v1']],
  [[], []],
])('%j', (tags, ordered) => {
  expect(orderTags(tags)).toEqual(ordered)
  expect(orderTags([...tags].reverse())).toEqual(ordered)
})
