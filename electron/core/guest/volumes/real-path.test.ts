import { expect, test } from 'vitest'
import type { GuestStat } from '#shared/images/guest-stat'
import { realPathIn } from './real-path.js'
import { NOTHING_TOLD } from './volume.js'

/** Paths of a file system without links on the way: a text is a link's target, null a link whose target is not told. */
function tree(files: Readonly<Record<string, 'file' | 'folder' | { link: string | null }>>) {
  return async (paths: readonly string[]): Promise<(GuestStat | undefined)[]> =>
    paths.map((path) => {
      const found = files[path]
      if (found === undefined) return undefined
      if (typeof found === 'string') return { ...NOTHING_TOLD, kind: found, sizeBytes: null }
      return { ...NOTHING_TOLD, kind: 'link', sizeBytes: null, linkTarget: found.link }
    })
}

const FILES = tree({
  '/loader': { link: 'loader.1' },
  '/loader.1': 'folder',
  '/loader.1/entries': 'folder',
  '/loader.1/entries/x.conf': 'file',
  '/dir': 'folder',
  '/dir/up': { link: '../loader/entries/./x.conf' },
  '/dir/abs': { link: '/dir' },
  '/loop': { link: 'loop' },
  '/ping': { link: 'pong' },
  '/pong': { link: '/ping' },
  '/dark': { link: null },
  '/gone': { link: 'nowhere' },
})

test.each([
  ['/', '/'],
  ['/loader/entries/x.conf', '/loader.1/entries/x.conf'],
  ['loader//entries/', '/loader.1/entries'],
  ['/dir/up', '/loader.1/entries/x.conf'],
  ['/dir/abs/abs/up', '/loader.1/entries/x.conf'],
  ['/../../dir', '/dir'],
])('%s is %s', async (path, real) => {
  expect(await realPathIn(FILES, path)).toBe(real)
})

test('`..` leads out of where a link points, not out of where it stands', async () => {
  expect(await realPathIn(FILES, '/loader/../dir')).toBe('/dir')
  expect(await realPathIn(FILES, '/dir/up/../x.conf')).toBe(undefined)
  expect(await realPathIn(FILES, '/dir/abs/../loader.1')).toBe('/loader.1')
})

test.each(['/nope', '/loop', '/ping', '/dark', '/dark/x', '/gone', '/loader.1/entries/x.conf/more', '/nope/../dir'])(
  '%s cannot be told',
  async (path) => {
    expect(await realPathIn(FILES, path)).toBe(undefined)
  },
)
