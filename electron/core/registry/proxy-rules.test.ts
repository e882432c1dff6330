import { AppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { expect, test } from 'vitest'
import { proxyFor } from './proxy-rules.js'

const PROXY = 'http://proxy.example:3128'
const SOCKS = 'socks5h://ada:pass@proxy.example:1080'
const through = (url: string, env: NodeJS.ProcessEnv) => proxyFor(new URL(url), env)

test.each([
  ['https://registry.example/v2/', { HTTPS_PROXY: PROXY }, PROXY],
  ['https://registry.example/v2/', { https_proxy: PROXY }, PROXY],
  ['https://registry.example/v2/', { HTTP_PROXY: PROXY }, null],
  ['http://registry.example/v2/', { HTTP_PROXY: PROXY }, PROXY],
  ['http://registry.example/v2/', { http_proxy: 'proxy.example:3128' }, PROXY],
  ['https://registry.example/v2/', { HTTPS_PROXY: '' }, null],
  ['https://registry.example/v2/', { HTTPS_PROXY: '', https_proxy: PROXY }, PROXY],
  ['https://localhost:5000/v2/', { HTTPS_PROXY: PROXY }, null],
  ['https://127.1.2.3:5000/v2/', { HTTPS_PROXY: PROXY }, null],
  ['https://[::1]:5000/v2/', { HTTPS_PROXY: PROXY }, null],
  ['https://10.0.0.1/v2/', { HTTPS_PROXY: PROXY }, PROXY],
  ['https://registry.example/v2/', { HTTPS_PROXY: 'SOCKS5://proxy.example' }, 'SOCKS5://proxy.example'],
  ['https://registry.example/v2/', { ALL_PROXY: SOCKS }, SOCKS],
  ['http://registry.example/v2/', { all_proxy: SOCKS }, SOCKS],
  ['https://registry.example/v2/', { ALL_PROXY: SOCKS, HTTPS_PROXY: PROXY }, PROXY],
  ['https://registry.example/v2/', { ALL_PROXY: SOCKS, NO_PROXY: 'registry.example' }, null],
  ['https://registry.example/v2/', { ALL_PROXY: PROXY, HTTP_PROXY: SOCKS }, PROXY],
  ['https://registry.example/v2/', { ALL_PROXY: 'proxy.example:3128' }, null],
  ['https://registry.example/v2/', { ALL_PROXY: 'socks://proxy.example:1080' }, null],
  ['https://127.0.0.1:5000/v2/', { ALL_PROXY: SOCKS }, null],
])('%s with %j', (url, env, expected) => {
  expect(through(url, env)).toBe(expected)
})

test.each([
  ['*', true],
  ['other.example, REGISTRY.example', true],
  ['example', true],
  ['gistry.example', false],
  ['.example', true],
  ['.registry.example', false],
  ['*.example', true],
  ['registry.example:443', true],
  ['registry.example:5000', false],
  [',, ,', false],
])('NO_PROXY=%s', (list, isExempt) => {
  expect(through('https://registry.example/v2/', { HTTPS_PROXY: PROXY, NO_PROXY: list })).toBe(isExempt ? null : PROXY)
})

test.each([
  ['10.0.0.0/8', true],
  ['10.1.2.3', true],
  ['10.1.2.3:443', true],
  ['10.1.2.3:80', false],
  ['192.168.0.0/16', false],
  ['10.0.0.0/99', false],
  ['fd00::/8', false],
])('an address with no_proxy=%s', (list, isExempt) => {
  expect(through('https://10.1.2.3/v2/', { HTTPS_PROXY: PROXY, no_proxy: list })).toBe(isExempt ? null : PROXY)
})

test.each([
  ['socks4://ada:marker@proxy.example:1080', 'of the kind socks4://'],
  ['socks5://ada:marker%@proxy.example:1080', 'is no address of a proxy'],
  [`socks5://ada:marker${'x'.repeat(250)}@proxy.example`, 'is no address of a proxy'],
  ['socks5://ada:marker@:1080', 'is no address of a proxy'],
  ['http://ada:marker@pro xy:1080', 'is no address of a proxy'],
])('the proxy %s is refused with what to do, and without its password', (https_proxy, problem) => {
  const ask = (env: NodeJS.ProcessEnv) => () => through('https://registry.example/v2/', { https_proxy, ...env })
  let words = ''
  try {
    ask({})()
  } catch (thrown) {
    words = thrown instanceof AppError ? describeError(thrown.data).detail : ''
  }
  expect(words).toContain('https_proxy')
  expect(words).toContain(problem)
  expect(words).toContain('NO_PROXY=registry.example')
  expect(words).not.toContain('marker')
  expect(ask({ NO_PROXY: 'registry.example' })()).toBeNull()
})
