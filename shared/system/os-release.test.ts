import { expect, test } from 'vitest'
import { parseOsRelease } from './os-release.js'

test('quotes and escapes are undone, comments are no values, the last one counts', () => {
  const text = `# comment
NAME="Oracle Linux Server"
ID='ol'
VERSION_ID=8.9
VERSION_ID="8.10"
PRETTY_NAME="a \\"b\\" \\$c \\\\ \\d"
EMPTY=
  VARIANT=CoreOS\r
not an assignment
__proto__=x
`
  expect(parseOsRelease(text)).toEqual({
    NAME: 'Oracle Linux Server',
    ID: 'ol',
    VERSION_ID: '8.10',
    PRETTY_NAME: 'a "b" $c \\ \\d',
    EMPTY: '',
    VARIANT: 'CoreOS',
  })
})
