import { expect, test } from 'vitest'
import { prettyName } from './os-name.js'

test.each([
  ['NAME=x\nPRETTY_NAME="Oracle Linux Server 8.10"\n', 'Oracle Linux Server 8.10'],
  ["PRETTY_NAME='Debian GNU/Linux 12 (bookworm)'", 'Debian GNU/Linux 12 (bookworm)'],
  ['PRETTY_NAME="a \\"quoted\\" name"', 'a "quoted" name'],
  ['PRETTY_NAME=Plain', 'Plain'],
  ['PRETTY_NAME=old\nPRETTY_NAME=new', 'new'],
  ['NAME=none', null],
])('%s', (text, name) => {
  expect(prettyName(text)).toBe(name)
})
