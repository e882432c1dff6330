import { expect, test } from 'vitest'
import { parseImages } from './images'

const ID = 'b0'.repeat(32)
/** As podman 4.3.1 says it, shortened. */
const image = (name: string | null) => ({
  Id: ID,
  RepoTags: null,
  Size: 8396097,
  Labels: name === null ? null : { 'containers.bootc': '1' },
  Names: name === null ? null : [name],
  Digest: `sha256:${ID}`,
  Created: 1795268602,
})

test('an image that is told once for each of its names is one', () => {
  expect(parseImages(JSON.stringify([image('localhost/a:1'), image('localhost/b:1')]))).toEqual([
    {
      id: ID,
      names: ['localhost/a:1', 'localhost/b:1'],
      bytes: 8396097,
      createdAt: '2026-11-21T13:43:22.000Z',
      labels: { 'containers.bootc': '1' },
      digest: `sha256:${ID}`,
    },
  ])
})

test('one without a name, and none at all', () => {
  expect(parseImages(JSON.stringify([image(null)]))).toMatchObject([{ names: [], labels: {} }])
  expect(parseImages('')).toEqual([])
  expect(parseImages('[]')).toEqual([])
})
