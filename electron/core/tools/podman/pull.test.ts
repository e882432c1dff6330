import { expect, test } from 'vitest'
import { containerEnv } from '../../process/container-env'
import { createArgs } from './create'
import { pullArgs } from './pull'

test('what is said by the user stands behind the dashes, and secrets in a file', () => {
  expect(
    pullArgs({
      image: '-x/y:1',
      registry: null,
      authFile: '/run/auth.json',
      certDir: '/certs',
      plainHttp: true,
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    }),
  ).toEqual([
    'pull',
    '--authfile',
    '/run/auth.json',
    '--cert-dir',
    '/certs',
    '--tls-verify=false',
    '--os',
    'linux',
    '--arch',
    'arm64',
    '--variant',
    'v8',
    '--',
    '-x/y:1',
  ])
  expect(pullArgs({ image: 'h/a:1', registry: 'h' })).toEqual(['pull', '--', 'h/a:1'])
})

test('a container that is only read has no network and is never started', () => {
  expect(createArgs({ imageId: 'b0', name: 'n', labels: { 'diskwright.job': 'x' } })).toEqual([
    'create',
    '--pull=never',
    '--network=none',
    '--log-driver=none',
    '--name',
    'n',
    '--label',
    'diskwright.job=x',
    '--',
    'b0',
    '/never-run',
  ])
})

test('podman gets the folders, proxies and search path of the user, and nothing else', () => {
  const env = { HOME: '/h', HTTPS_PROXY: 'http://p', CONTAINER_HOST: 'ssh://elsewhere', COSIGN_PASSWORD: 'secret', XDG_RUNTIME_DIR: '' }
  expect(containerEnv(env)).toEqual({ DISKWRIGHT_JOB: '', HOME: '/h', HTTPS_PROXY: 'http://p' })
  expect(containerEnv({ https_proxy: 'socks5h://ada:pass@p:1', ALL_PROXY: 'SOCKS5H://p', NO_PROXY: 'socks5h://' })).toEqual({
    DISKWRIGHT_JOB: '',
    https_proxy: 'socks5://ada:pass@p:1',
    HTTP_PROXY: 'socks5://p',
    ALL_PROXY: 'socks5://p',
    NO_PROXY: 'socks5h://',
  })
  expect(containerEnv({ all_proxy: 'socks://p' })).toEqual({ DISKWRIGHT_JOB: '', all_proxy: 'socks://p' })
  expect(containerEnv(env, '/t')).toEqual({ DISKWRIGHT_JOB: '', HOME: '/h', HTTPS_PROXY: 'http://p', TMPDIR: '/t' })
})
