import { expect, test, vi } from 'vitest'
import { authFilePaths, writeAuthFile } from './auth-files.js'

const LASTING = ['/h/.config/containers/auth.json', '/h/.docker/config.json']

test.each([
  [0, {}, ['/run/containers/0/auth.json', ...LASTING]],
  [4242, { XDG_RUNTIME_DIR: '/run/user/4242' }, ['/run/user/4242/containers/auth.json', ...LASTING]],
  // A user without a login of their own has no folder there, and can make none.
  [4242, {}, LASTING],
])('sign-ins of user %i with %j', (uid, env, files) => {
  const getuid = vi.spyOn(process, 'getuid').mockReturnValue(uid)
  try {
    expect(authFilePaths({ HOME: '/h', ...env })).toEqual(files)
    expect(authFilePaths({ HOME: '/h', ...env, REGISTRY_AUTH_FILE: '/one.json' })).toEqual(['/one.json'])
  } finally {
    getuid.mockRestore()
  }
})

test('a folder that takes no files is told, and not tried for ever', () => {
  expect(() => writeAuthFile('/proc/none/auth.json', {})).toThrow(expect.objectContaining({ code: 'folder-not-writable' }))
})
