import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findSubformat } from '#shared/images/formats'
import { openSource } from '../../guest/source.js'
import { silentLogger } from '../../log/logger.js'
import { createHost } from '../../process/create-host.js'
import { measureKept } from './keep-machine.js'
import type { PreparedBoot } from './prepare-boot.js'

const MIB = 1024 ** 2
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-kept-'))
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

test('what the guest wrote needs its space too', async () => {
  const dirs = { config: folder, state: folder, cache: folder, runtime: folder }
  const host = await createHost({ dirs, env: process.env, log: silentLogger })
  const [image, run] = [path.join(folder, 'disk.raw'), path.join(folder, 'run.qcow2')]
  await fs.writeFile(image, '')
  await fs.truncate(image, 256 * MIB)
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', image, '-F', 'raw', run])
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -q -P 1 64M 100M', run])
  const source = await openSource(image)
  const plan = { disk: { driver: 'qcow2', path: run, backing: source.node } } as PreparedBoot['plan']
  const subformat = findSubformat('qcow2', 'v3')
  if (!subformat) throw new Error('qcow2 has no v3')
  const target = { output: path.join(folder, 'kept.qcow2'), format: 'qcow2', subformat } as const
  const { estimateBytes } = await measureKept(host, { plan, source, readFiles: source.files, virtualBytes: 256 * MIB }, target)
  expect(estimateBytes).toBeGreaterThan(100 * MIB)
  expect(estimateBytes).toBeLessThan(110 * MIB)
})
