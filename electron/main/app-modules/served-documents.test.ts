import { expect, test } from 'vitest'
import { consolePolicy, contentSecurityPolicy, mimeType, resolveInside, withNonce } from './served-documents.js'

const origin = 'app://diskwright'

test.each([
  ['app://diskwright/', '/srv/out/index.html'],
  ['app://diskwright/assets/a%20b.js', '/srv/out/assets/a b.js'],
  ['app://diskwright/index.html?x=1#y', '/srv/out/index.html'],
])('serves %s', (url, file) => {
  expect(resolveInside('/srv/out', url, origin)).toBe(file)
})

test.each([
  'app://diskwright/..%2f..%2fetc/passwd',
  'app://diskwright/%2e%2e%2fpackage.json',
  'app://other/index.html',
  'app://diskwright.example/index.html',
  'file:///etc/passwd',
  'app://diskwright/%00',
  'app://diskwright/%E0%A4%A',
])('refuses %s', (url) => {
  expect(resolveInside('/srv/out', url, origin)).toBeNull()
})

test('the policy allows no inline script and names the nonce for styles only', () => {
  const policy = contentSecurityPolicy('abc', 'app://console')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain("style-src 'self' 'nonce-abc'")
  expect(policy).toContain('frame-src app://console;')
  expect(policy).not.toContain('unsafe-eval')
})

test('a console can neither load nor send anything, and stands in the window alone', () => {
  const policy = consolePolicy(origin)
  expect(policy).toContain("default-src 'none'; script-src 'self';")
  expect(policy).toContain('frame-ancestors app://diskwright')
  expect(policy).not.toMatch(/connect-src|unsafe-eval|frame-src/)
})

test('the nonce stands in the head', () => {
  expect(withNonce('<html><head><title>x</title></head></html>', 'abc')).toContain('<head>\n    <meta property="csp-nonce" nonce="abc" />')
})

test('unknown kinds of file are bytes, never markup', () => {
  expect(mimeType('/x/y.qcow2')).toBe('application/octet-stream')
  expect(mimeType('/x/y.html')).toContain('text/html')
})
