import { expect, test } from 'vitest'
import { isOneLine, requestWord, splitOutputs } from './debugfs.js'

test('a path is one word', () => {
  expect(requestWord('/a "b c')).toBe('"/a ""b c"')
})

test('a path that would begin another command is not asked for', () => {
  expect([isOneLine('/a b'), isOneLine('/a\nrm /b'), isOneLine('/a\0'), isOneLine(`/${'x'.repeat(9000)}`)]).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test('outputs of one run are told apart by their echoes', () => {
  // debugfs 1.47.0: debugfs -f -
  const text =
    'debugfs: stat "/nope"\ndebugfs: ls -p "/dir"\n/2/040755/0/0/..//\n\ndebugfs: ls -p "/loader"\n\ndebugfs: stat "/x"\nInode: 5\n'
  expect(splitOutputs(text, ['stat "/nope"', 'ls -p "/dir"', 'ls -p "/loader"', 'stat "/x"'])).toEqual([
    '',
    '\n/2/040755/0/0/..//\n',
    '\n',
    '\nInode: 5\n',
  ])
})

test('an output that was cut loses what is behind it, and nothing else moves', () => {
  expect(splitOutputs('debugfs: a\nfirst\n', ['a', 'b', 'c'])).toEqual(['\nfirst\n', '', ''])
})
