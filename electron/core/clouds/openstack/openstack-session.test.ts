import { expect, test } from 'vitest'
import { requireTls } from './openstack-session.js'

test('a token that was given over TLS is not sent without it', () => {
  const keystone = { authUrl: 'https://cloud.example:5000/v3' }
  expect(() => requireTls(new URL('http://glance.example:9292/v2/'), keystone)).toThrow('cloud-untrusted')
  expect(() => requireTls(new URL('https://glance.example:9292/v2/'), keystone)).not.toThrow()
  for (const here of ['http://127.0.0.1:9292/', 'http://[::1]:9292/', 'http://localhost/'])
    expect(() => requireTls(new URL(here), keystone)).not.toThrow()
  expect(() => requireTls(new URL('http://glance.example:9292/'), { authUrl: 'http://cloud.example/v3' })).not.toThrow()
})
