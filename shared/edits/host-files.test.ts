import { expect, test } from 'vitest'
import { hostFilesOf } from './host-files.js'

test('each file of this machine once, and only those', () => {
  expect(
    hostFilesOf([
      { kind: 'write-file', path: '/etc/motd', content: { hostFile: '/home/me/motd' } },
      { kind: 'write-file', path: '/etc/issue', content: { hostFile: '/home/me/motd', sha256: 'x' } },
      { kind: 'write-file', path: '/etc/hostFile', content: { text: 'hostFile' } },
      { kind: 'remove-file', path: '/hostFile' },
    ]),
  ).toEqual(['/home/me/motd'])
})
