import { expect, test } from 'vitest'
import { linkTarget, parseListing, requestWord } from './read.js'

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

test('a path is one word', () => {
  expect(requestWord('/a "b c')).toBe('"/a ""b c"')
})

test('a short link is told by stat, a long one is said to stand in the data', () => {
  const stat = 'Inode: 14   Type: symlink    Mode:  0777   Flags: 0x0\nLinks: 1   Blockcount: 0\n'
  expect(linkTarget(`${stat}Fast link dest: "../usr/lib/os-release"\n`)).toBe('../usr/lib/os-release')
  expect(linkTarget(stat)).toBe('')
  expect(linkTarget('Inode: 14   Type: regular    Mode:  0644   Flags: 0x0\n')).toBe(null)
})
