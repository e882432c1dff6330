import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { writeNewText } from './write-new-text.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-new-'))
  return () => fs.rmSync(folder, { recursive: true, force: true })
})

test('a free name gets the whole text; one that is taken, and a folder that is not there, are told apart', async () => {
  const file = path.join(folder, 'a\n.yaml')
  await writeNewText(file, 'edits: []\n')
  await expect(writeNewText(file, 'other')).rejects.toMatchObject({ code: 'output-exists' })
  expect(fs.readFileSync(file, 'utf8')).toBe('edits: []\n')
  await expect(writeNewText(path.join(folder, 'none/a'), 'x')).rejects.toMatchObject({ code: 'folder-not-writable' })
  expect(fs.readdirSync(folder)).toEqual(['a\n.yaml'])
})
