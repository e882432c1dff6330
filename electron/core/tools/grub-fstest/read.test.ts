import { expect, test } from 'vitest'
import { grubDevice, mergeListings, parseLongListing, parseShortListing } from './read.js'

// grub-fstest 2.06-13+deb12u2: `ls -- -l (loop0,gpt2)/` and `ls (loop0,gpt2)/` of an XFS file system.
const LONG = `DIR          20261121033600 ./
DIR          20261121033600 ../
DIR          20261121033600 loader.1/
512          20261121033600 a b.conf
0            20261121033600 -dash
DIR          20261121033600 my folder/
`
const SHORT = './ ../ loader.1/ loader a b.conf -dash my folder/ \n'

test('the long listing gives kinds and sizes', () => {
  expect(parseLongListing(LONG)).toEqual([
    { name: 'loader.1', kind: 'folder', sizeBytes: null },
    { name: 'a b.conf', kind: 'file', sizeBytes: 512 },
    { name: '-dash', kind: 'file', sizeBytes: 0 },
    { name: 'my folder', kind: 'folder', sizeBytes: null },
  ])
})

test('names that only the short listing has are links, and names with spaces stay whole', () => {
  expect(mergeListings(parseLongListing(LONG), SHORT).map((entry) => [entry.name, entry.kind])).toEqual([
    ['loader.1', 'folder'],
    ['loader', 'link'],
    ['a b.conf', 'file'],
    ['-dash', 'file'],
    ['my folder', 'folder'],
  ])
})

test('the short listing alone tells names and folders', () => {
  expect(parseShortListing('./ ../ loader.1/ a.conf \n')).toEqual([
    { name: 'loader.1', kind: 'folder', sizeBytes: null },
    { name: 'a.conf', kind: 'file', sizeBytes: null },
  ])
})

test('an empty folder lists as empty', () => {
  expect(mergeListings(parseLongListing('\n'), '\n')).toEqual([])
})

test('devices are named as GRUB does', () => {
  expect([grubDevice('gpt', 2), grubDevice('mbr', 5), grubDevice('none', 0), grubDevice('gpt', 0)]).toEqual([
    '(loop0,gpt2)',
    '(loop0,msdos5)',
    '(loop0)',
    '(loop0)',
  ])
})
