import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchName } from './name-match.js'

test.each([
  ['conf', '/etc/Grub.CONF', true],
  ['conf', '/conf/file', false],
  ['*.conf', '/etc/grub.conf', true],
  ['*.conf', '/etc/grub.conf.d', false],
  ['gr?b.*', '/etc/grub.conf', true],
  ['*', '/x', true],
  ['?', '/xy', false],
  ['entries/ostree', '/boot/loader/entries/ostree-1.conf', true],
  ['/etc/*.conf', '/etc/ssh/sshd.conf', true],
  ['/etc/*.conf', '/usr/etc/x.conf', false],
  ['etc/*.conf', '/usr/etc/x.conf', true],
  ['ü', '/U\u0308.txt', true],
  ['a.b', '/axb', false],
  ['[x]', '/[x]', true],
  ['', '/anything', true],
])('%s in %s: %s', (query, path, found) => {
  expect(matchName(query)(path)).toBe(found)
})

test('patterns say what the same regular expression says', () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') })
  const pattern = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'b', '*', '?') }).map((text) => `${text}*`)
  fc.assert(
    fc.property(pattern, word, (query, name) => {
      const same = new RegExp(`^${query.replaceAll('?', '.').replaceAll('*', '.*')}$`)
      expect(matchName(query)(`/x/${name}`)).toBe(same.test(name))
    }),
  )
})

test('a hostile pattern ends at once', () => {
  expect(matchName(`${'*a'.repeat(100)}b*`)(`/${'a'.repeat(255)}`)).toBe(false)
})
