import { expect, test } from 'vitest'
import { parseDiskSize, wholeSectors } from './parse-size.js'

test.each([
  ['20G', 20 * 1024 ** 3],
  ['20 GiB', 20 * 1024 ** 3],
  ['1.5g', 1.5 * 1024 ** 3],
  ['512MB', 512 * 1024 ** 2],
  ['1048576', 1024 ** 2],
  ['2T', 2 * 1024 ** 4],
])('%s are %i bytes', (text, bytes) => expect(parseDiskSize(text)).toBe(bytes))

test.each(['', 'G', '-1G', '1e3', '20 apples', '1.2.3G', '9999999999T'])('%j is no size', (text) => {
  expect(parseDiskSize(text)).toBeUndefined()
})

test('a disk has whole sectors', () => expect(wholeSectors(1025)).toBe(1024))
