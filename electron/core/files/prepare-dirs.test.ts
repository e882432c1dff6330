import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { silentLogger } from '../log/logger.js'
import { prepareDirs } from './prepare-dirs.js'

let root: string
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-dirs-'))
  return () => fs.rmSync(root, { recursive: true, force: true })
})
const dirsBelow = (folder: string) => ({
  config: path.join(folder, 'config'),
  state: path.join(folder, 'state'),
  cache: path.join(folder, 'cache'),
  runtime: path.join(folder, 'run'),
})
const modeOf = (folder: string) => fs.statSync(folder).mode & 0o777

test('all are made, for their user only, whatever the umask; a runtime folder that others could look into is closed', () => {
  const dirs = dirsBelow(root)
  fs.mkdirSync(dirs.runtime)
  fs.chmodSync(dirs.runtime, 0o777)
  const before = process.umask(0)
  try {
    expect(prepareDirs(dirs, silentLogger)).toEqual({ dirs, problems: [] })
  } finally {
    process.umask(before)
  }
  for (const folder of Object.values(dirs)) expect(modeOf(folder)).toBe(0o700)
})

test('what cannot be made is told, and a private folder stands in for the runtime one', () => {
  const file = path.join(root, 'file')
  fs.writeFileSync(file, '')
  const dirs = dirsBelow(file)
  const prepared = prepareDirs(dirs, silentLogger)
  expect(prepared.problems).toEqual(Object.values(dirs).map((folder) => `${folder} (ENOTDIR)`))
  expect(prepared.dirs).toMatchObject({ config: dirs.config, state: dirs.state, cache: dirs.cache })
  expect(prepared.dirs.runtime).not.toBe(dirs.runtime)
  expect(modeOf(prepared.dirs.runtime)).toBe(0o700)
  fs.rmSync(prepared.dirs.runtime, { recursive: true })
})

test('a runtime folder of another user is not used', () => {
  const dirs = dirsBelow(root)
  fs.mkdirSync(dirs.runtime)
  const me = vi.spyOn(process, 'getuid').mockReturnValue(fs.statSync(root).uid + 1)
  const prepared = prepareDirs(dirs, silentLogger)
  me.mockRestore()
  expect(prepared.problems).toEqual([`${dirs.runtime} (it belongs to another user)`])
  expect(prepared.dirs.runtime).not.toBe(dirs.runtime)
  fs.rmSync(prepared.dirs.runtime, { recursive: true })
})
