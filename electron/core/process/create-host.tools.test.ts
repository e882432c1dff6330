import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { resolveDirs } from '../files/dirs.js'
import { silentLogger } from '../log/logger.js'
import { createHost } from './create-host.js'

test('many tools at once under one signal are no leak that Node would warn of', async () => {
  const warnings: string[] = []
  const hear = (warning: Error) => void warnings.push(warning.name)
  process.on('warning', hear)
  const controller = new AbortController()
  const host = (await createHost({ dirs: resolveDirs(process.env), env: process.env, log: silentLogger })).bind({
    signal: controller.signal,
  })
  const runs = Array.from({ length: 16 }, (_, index) => host.run('sh', ['-c', `echo ${index}`], { access: {} }))
  expect((await Promise.all(runs)).map(({ stdout }) => stdout.toString().trim())).toEqual(runs.map((_, index) => String(index)))
  await sleep(10)
  process.off('warning', hear)
  expect(warnings).toEqual([])
})

test('a bwrap that fails switches the sandbox off, with its own words; one that works is used', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-bwrap-'))
  fs.symlinkSync('/bin/sh', path.join(folder, 'sh'))
  fs.writeFileSync(path.join(folder, 'bwrap'), '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n', {
    mode: 0o755,
  })
  const warned: string[] = []
  const log = { ...silentLogger, warn: (event: string) => void warned.push(event) }
  const host = await createHost({ dirs: resolveDirs(process.env), env: { DISKWRIGHT_TOOL_PATH: folder }, log })
  expect(host.sandbox).toEqual({ usable: false, reason: 'bwrap does not work here: bwrap: setting up uid map: Permission denied' })
  expect(warned).toEqual(['sandbox.unusable'])
  fs.rmSync(folder, { recursive: true })
  const working = await createHost({ dirs: resolveDirs(process.env), env: process.env, log })
  expect(working.sandbox.usable).toBe(true)
})
