import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createHost } from '../../../process/create-host.js'
import { silentLogger } from '../../../log/logger.js'
import { makeIso } from './iso-9660.js'

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-iso-'))
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

test('another reader finds the label, the names and every byte', async () => {
  const dirs = { config: folder, state: folder, cache: folder, runtime: folder }
  const host = await createHost({ dirs, env: process.env, log: silentLogger })
  const disc = path.join(folder, 'disc.iso')
  const long = `${'0123456789'.repeat(500)}\n`
  await fs.writeFile(disc, makeIso({ label: 'OVF ENV', files: { 'OVF-ENV.XML': '<Environment/>\n', 'LONG.TXT': long, 'EMPTY.TXT': '' } }))
  const read = async (...args: string[]) => (await host.run('grub-fstest', [disc, ...args])).stdout.toString()
  expect((await read('ls', '/')).split(/\s+/).filter(Boolean).toSorted()).toEqual(['empty.txt', 'long.txt', 'ovf-env.xml'])
  expect(await read('cat', '/ovf-env.xml')).toBe('<Environment/>\n')
  expect(await read('cat', '/long.txt')).toBe(long)
  expect(await read('ls', '--', '-l')).toContain('Label `OVF ENV')
})
