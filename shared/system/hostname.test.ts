import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostnameProblem, readHostname, setHostname, setOwnHostsName } from './hostname.js'

test.each(['web', 'web-1.example.com', 'A', '0a', 'a'.repeat(63)])('%s is a host name', (name) => {
  expect(hostnameProblem(name)).toBeNull()
})

test.each([
  ['', /not empty/],
  ['web_1', /"_"/],
  ['-web', /hyphen/],
  ['web-', /hyphen/],
  ['a..b', /empty part/],
  ['web.', /empty part/],
  ['a'.repeat(64), /63/],
  [`a${'.b'.repeat(40)}`, /64/],
  ['wéb', /"é"/],
  ['web\n', /letters/],
])('%j is none', (name, problem) => {
  expect(hostnameProblem(name)).toMatch(problem)
})

test('comments stay, and the name is that of the first line without one', () => {
  const text = '# set by us\n\nold\nrest\n'
  expect(readHostname(text)).toBe('old')
  expect(setHostname(text, 'new')).toBe('# set by us\n\nnew\nrest\n')
  expect(setHostname('', 'new')).toBe('new\n')
  expect(setHostname('# only', 'new')).toBe('# only\nnew\n')
})

test('what was set is read, whatever the file held, and setting it again changes nothing', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.domain().filter((name) => hostnameProblem(name) === null),
      (text, name) => {
        const once = setHostname(text, name)
        expect(readHostname(once)).toBe(name)
        expect(setHostname(once, name)).toBe(once)
      },
    ),
  )
})

test('only the own line of /etc/hosts changes', () => {
  const text = '127.0.0.1\tlocalhost\n127.0.1.1\told.lan old # mine\n::1 localhost ip6-localhost\n'
  expect(setOwnHostsName(text, 'web.example.com')).toBe(
    '127.0.0.1\tlocalhost\n127.0.1.1\tweb.example.com web # mine\n::1 localhost ip6-localhost\n',
  )
  expect(setOwnHostsName(text, 'web')).toContain('127.0.1.1\tweb # mine\n')
})

test('a hosts file without an own line stays byte for byte', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('127.0.1.1')),
      (text) => {
        expect(setOwnHostsName(text, 'web')).toBe(text)
      },
    ),
  )
})
