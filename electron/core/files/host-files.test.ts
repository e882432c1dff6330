import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeHostFiles } from './host-files.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-host-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

test('files and folders with all in them; links in folders are left out, and said to be', async () => {
  fs.mkdirSync(path.join(folder, 'conf.d/empty'), { recursive: true })
  fs.writeFileSync(path.join(folder, 'conf.d/a b.conf'), 'x')
  fs.writeFileSync(path.join(folder, 'run'), '#!/bin/sh\n', { mode: 0o755 })
  fs.symlinkSync('/etc/shadow', path.join(folder, 'conf.d/shadow'))
  const found = await describeHostFiles([path.join(folder, 'run'), path.join(folder, 'conf.d'), path.join(folder, 'none')])
  expect(found.files.map(({ relative, sizeBytes, executable }) => [relative, sizeBytes, executable])).toEqual([
    ['run', 10, true],
    ['conf.d/a b.conf', 1, false],
  ])
  expect(found.files[1]).toMatchObject({
    path: path.join(folder, 'conf.d/a b.conf'),
    sha256: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
  })
  expect(found.folders).toEqual(['conf.d', 'conf.d/empty'])
  expect(found.leftOut).toEqual(['conf.d/shadow: a link', 'none: it is not there'])
})
