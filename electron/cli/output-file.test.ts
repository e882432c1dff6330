import path from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from './command.js'
import { outputFile } from './output-file.js'

test('a name is taken from the present folder', () => {
  expect(outputFile('a.qcow2')).toBe(path.resolve('a.qcow2'))
  expect(outputFile('/x/..a')).toBe('/x/..a')
  expect(outputFile('-o\n.raw')).toBe(path.resolve('-o\n.raw'))
})

test.each(['', '.', '..', '/', 'out/', '/tmp/.', 'a/..'])('%j names no file', (text) => {
  expect(() => outputFile(text)).toThrow(UsageError)
})
