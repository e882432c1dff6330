import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCmdline, setCmdline } from './kernel-cmdline.js'

test('the lines of a command line file count as one', () => {
  expect(readCmdline('root=UUID=1 ro\r\nquiet\n')).toEqual(['root=UUID=1', 'ro', 'quiet'])
  expect(readCmdline('# no comment')).toEqual(['#', 'no', 'comment'])
})

test('kept arguments keep their blanks and the final line end', () => {
  expect(setCmdline('root=1  ro\n', ['root=1', 'ro', 'quiet'])).toBe('root=1  ro quiet\n')
  expect(setCmdline('console=serial0,115200 root=1 rootwait', ['root=1', 'rootwait'])).toBe('root=1 rootwait')
  expect(setCmdline('a\nb\nc\n', ['a', 'x', 'c'])).toBe('a x\nc\n')
  expect(setCmdline('a\n', [])).toBe('\n')
  expect(setCmdline('', ['a'])).toBe('a\n')
})

test('what is set is what is read', () => {
  const args = fc.array(fc.constantFrom('a', 'b=1', 'c="x y"', 'd'), { maxLength: 6 })
  const text = fc
    .array(fc.constantFrom('a', 'b=1', 'c="x y"', ' ', '  ', '\n', '\t', '\r\n'), { maxLength: 12 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, args, (before, next) => {
      const after = setCmdline(before, next)
      expect(readCmdline(after)).toEqual(next)
      expect(setCmdline(after, next)).toBe(after)
      expect(setCmdline(before, readCmdline(before))).toBe(before)
      if (before !== '') expect(after.endsWith('\n')).toBe(before.endsWith('\n'))
    }),
    { numRuns: 500 },
  )
})
