import { expect, test } from 'vitest'
import { parseContainers } from './containers'

const ID = 'c0'.repeat(32)

test('a container, and a working container of buildah, which says less', () => {
  const full = {
    Id: ID,
    Names: ['one'],
    Image: 'localhost/a:1',
    ImageID: 'b0',
    State: 'created',
    Created: 1795268602,
    Labels: { 'diskwright.job': 'x' },
    Size: { rootFsSize: 8, rwSize: 3 },
  }
  expect(parseContainers(JSON.stringify([full, { Id: ID, Names: null, State: 'storage', Labels: null }]))).toEqual([
    {
      id: ID,
      name: 'one',
      image: 'localhost/a:1',
      imageId: 'b0',
      state: 'created',
      bytes: 3,
      createdAt: '2026-11-21T13:43:22.000Z',
      labels: { 'diskwright.job': 'x' },
    },
    { id: ID, name: ID.slice(0, 12), image: '', imageId: '', state: 'storage', bytes: null, createdAt: null, labels: {} },
  ])
})
