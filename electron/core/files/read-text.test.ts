import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { readText } from './read-text.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-text-'))
  return () => fs.rmSync(folder, { recursive: true, force: true })
})

test('a text is read whole, an empty one too', async () => {
  const file = path.join(folder, 'recipe ä\n.yaml')
  fs.writeFileSync(file, 'edits: []\nä')
  expect(await readText(file)).toBe('edits: []\nä')
  expect(await readText(file, 12)).toBe('edits: []\nä')
  fs.writeFileSync(file, '')
  expect(await readText(file)).toBe('')
})

test('what is not there, a folder, and what is no text are told apart', async () => {
  const big = path.join(folder, 'disk.raw')
  fs.writeFileSync(big, '')
  fs.truncateSync(big, 2 ** 40)
  const code = (file: string) => readText(file).catch((error: { code: string }) => error.code)
  expect(await Promise.all([path.join(folder, 'none'), path.join(big, 'below'), folder, big, '/dev/zero'].map(code))).toEqual([
    'file-not-found',
    'file-not-found',
    'not-a-regular-file',
    'bad-input',
    'bad-input',
  ])
})
