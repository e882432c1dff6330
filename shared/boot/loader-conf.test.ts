import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseKeyLines, printKeyLines } from './key-lines.js'
import { loaderConfDefault, readLoaderConf, setLoaderConf } from './loader-conf.js'

const ARCH = '#timeout 3\ntimeout 5\nconsole-mode keep\ndefault  arch-*.conf\neditor   no\n'

test('loader.conf is read, the last line of a key counts', () => {
  expect(readLoaderConf(ARCH)).toEqual({ default: 'arch-*.conf', timeout: '5', editor: 'no', consoleMode: 'keep' })
  expect(readLoaderConf('timeout menu-force\r\ntimeout "3"\r\n').timeout).toBe('3')
  expect(readLoaderConf('default\n# default x\n').default).toBeNull()
  expect(loaderConfDefault('default @saved\n')).toBeNull()
})

test('one changed key leaves every other byte', () => {
  expect(setLoaderConf(ARCH, 'timeout', '0')).toBe(ARCH.replace('timeout 5', 'timeout 0'))
  expect(setLoaderConf(ARCH, 'default', null)).toBe(ARCH.replace('default  arch-*.conf\n', ''))
  expect(setLoaderConf('default x', 'timeout', '4')).toBe('default x\ntimeout 4')
  expect(setLoaderConf('default x\r\n\r\n# end\r\n', 'timeout', '4')).toBe('default x\r\ntimeout 4\r\n\r\n# end\r\n')
  expect(setLoaderConf('', 'timeout', '4')).toBe('timeout 4\n')
  expect(setLoaderConf('timeout "3"\n', 'timeout', '3')).toBe('timeout "3"\n')
})

test.each(['', ' a', 'a\nb', 'a\0'])('the value %j is refused', (value) => {
  expect(() => setLoaderConf(ARCH, 'timeout', value)).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
})

test('any file prints back, and what is set is read', () => {
  const piece = fc.constantFrom('timeout', 'default', ' ', '\t', '\n', '\r\n', '\r', '#', '"', '3', '\u00e9')
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(text, fc.option(fc.constantFrom('3', '@saved', '"a"', 'a b', '"')), (before, value) => {
      expect(printKeyLines(parseKeyLines(before))).toBe(before)
      const after = setLoaderConf(before, 'timeout', value)
      expect(readLoaderConf(after).timeout).toBe(value)
      expect(setLoaderConf(after, 'timeout', value)).toBe(after)
      if (/\r(?!\n)/.test(before)) return
      const others = (whole: string) => parseKeyLines(whole).filter((line) => line.key !== 'timeout' && line.key !== null)
      expect(others(after).map((line) => line.value)).toEqual(others(before).map((line) => line.value))
    }),
    { numRuns: 500 },
  )
})
