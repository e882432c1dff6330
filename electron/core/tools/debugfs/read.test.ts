import { expect, test } from 'vitest'
import { parseListing } from './read.js'

test('kinds, sizes and odd names of a folder', () => {
  // debugfs 1.47.0: ls -p "/"
  const text = `/2/040755/0/0/.//
/2/040755/0/0/..//
/11/040700/0/0/lost+found//
/13/100644/0/0/a "b c/512/
/14/120777/0/0/f/21/
/16/040755/0/0/loader//

`
  expect(parseListing(text)).toEqual([
    { name: 'lost+found', kind: 'folder', sizeBytes: null },
    { name: 'a "b c', kind: 'file', sizeBytes: 512 },
    { name: 'f', kind: 'link', sizeBytes: null },
    { name: 'loader', kind: 'folder', sizeBytes: null },
  ])
})
