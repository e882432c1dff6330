import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readScreen } from './read-screen.js'

let folder: string
let file: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-screen-'))
  file = path.join(folder, 'screen.ppm')
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

test('a file is read whole', async () => {
  fs.writeFileSync(file, 'P6 1 1 255 abc')
  expect((await readScreen(file))?.toString()).toBe('P6 1 1 255 abc')
  fs.writeFileSync(file, '')
  expect(await readScreen(file)).toHaveLength(0)
})

test('no link is followed, no pipe waited for, and no endless file read', async () => {
  fs.writeFileSync(path.join(folder, 'secret'), 'P6 1 1 255 abc')
  fs.symlinkSync('secret', file)
  await expect(readScreen(file)).rejects.toMatchObject({ code: 'ELOOP' })
  fs.rmSync(file)
  execFileSync('mkfifo', [file])
  expect(await readScreen(file)).toBeNull()
  fs.rmSync(file)
  fs.writeFileSync(file, '')
  fs.truncateSync(file, 1024 ** 3)
  expect(await readScreen(file)).toBeNull()
})
