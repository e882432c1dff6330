import os from 'node:os'
import { afterEach, expect, test, vi } from 'vitest'
import { homeFolder, resolveDirs } from './dirs.js'

afterEach(() => void vi.restoreAllMocks())

test('what the environment names wins, relative XDG folders are ignored', () => {
  const env = { HOME: '/home/me', XDG_STATE_HOME: 'state', XDG_CACHE_HOME: '/fast', DISKWRIGHT_CONFIG_DIR: '/etc/mine' }
  expect(resolveDirs(env)).toMatchObject({ config: '/etc/mine', state: '/home/me/.local/state/diskwright', cache: '/fast/diskwright' })
})

test('without HOME it is asked for; a user whom the system does not know has none, and nothing throws', () => {
  const homedir = vi.spyOn(os, 'homedir').mockReturnValue('/home/me')
  expect([homeFolder({}), homeFolder({ HOME: 'relative' }), homeFolder({ HOME: '/x' })]).toEqual(['/home/me', '/home/me', '/x'])
  homedir.mockImplementation(() => {
    throw new Error('uv_os_homedir returned ENOENT')
  })
  expect(resolveDirs({}).state).toBe('/nonexistent/.local/state/diskwright')
})
