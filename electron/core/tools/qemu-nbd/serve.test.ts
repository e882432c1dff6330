import { expect, test } from 'vitest'
import { parseServed } from './serve'

test.each([
  ['serving\ndaemon 0\n', { serving: true, daemon: 0 }],
  ['serving\n', { serving: true, daemon: null }],
  ['daemon 1\n', { serving: false, daemon: 1 }],
  ['', { serving: false, daemon: null }],
])('server output %j', (stdout, expected) => {
  expect(parseServed(stdout)).toEqual(expected)
})
