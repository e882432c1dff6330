import crypto from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toAppError } from '#shared/errors/app-error'
import { openSource } from '../guest/source.js'
import { silentLogger } from '../log/logger.js'
import { createHost } from '../process/create-host.js'
import type { Host } from '../process/host.js'
import { readImage } from './inspect-image.js'
import { lintFile } from './lint-file.js'
import { requireSound } from './prepare-convert.js'

const MIB = 1024 ** 2

let host: Host
let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dw cut-short-'))
  const dirs = { config: `${folder}/config`, state: `${folder}/state`, cache: `${folder}/cache`, runtime: `${folder}/runtime` }
  host = await createHost({ dirs, env: process.env, log: silentLogger })
  const disk = await fs.open(at('disk.raw'), 'w')
  for (const mib of [1, 20, 40, 63]) await disk.write(crypto.randomBytes(MIB), 0, MIB, mib * MIB)
  await disk.close()
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

const at = (name: string): string => path.join(folder, name)

async function make(name: string, format: string, ...options: readonly string[]): Promise<string> {
  const args = options.flatMap((option) => (option === '-c' ? [option] : ['-o', option]))
  await host.run('qemu-img', ['convert', '-f', 'raw', '-O', format, ...args, at('disk.raw'), at(name)])
  return at(name)
}

/** What opening the image says of its end: of some formats as a warning, others do not open without it. */
async function toldOf(image: string): Promise<string | null> {
  try {
    const { info } = await readImage(host, image)
    return info.warnings.find(({ code }) => code === 'cut-short')?.detail ?? null
  } catch (thrown) {
    const { code, data } = toAppError(thrown)
    return code === 'image-damaged' ? String(data.details['reason']) : `not even damaged: ${code}`
  }
}

const whyNotConverted = async (image: string): Promise<unknown> =>
  requireSound(host, await openSource(image), false).then(
    () => null,
    (thrown: unknown) => [toAppError(thrown).code, toAppError(thrown).data.details['reason']],
  )

test.each([
  ['qcow2', 'qcow2', [], 'clusters of data lie beyond the end of the file', true],
  ['extended', 'qcow2', ['extended_l2=on,cluster_size=128k'], 'clusters of data lie beyond the end of the file', true],
  ['compressed', 'qcow2', ['-c'], 'clusters of data lie beyond the end of the file', true],
  ['qcow', 'qcow', [], 'lead out of the file|lie beyond the end', false],
  ['qed', 'qed', [], 'clusters of data lie beyond the end of the file', false],
  ['parallels', 'parallels', [], 'clusters of data lie beyond the end of the file', false],
  ['vmdk', 'vmdk', [], 'entries of the grain tables lead out of the file', true],
  ['stream', 'vmdk', ['subformat=streamOptimized'], 'entries of the grain tables do not lead to their grain', true],
  ['vdi', 'vdi', [], 'Block map or data reach beyond what is in the file', true],
  ['vhdx', 'vhdx', ['block_size=1M'], 'blocks lie beyond the end of the file', true],
] as const)(
  'a %s that was cut short is told when it is opened, linted or converted, in the same words',
  async (name, format, options, words, lints) => {
    const image = await make(`${name}.${format}`, format, ...options)
    expect(await toldOf(image)).toBeNull()
    expect(await whyNotConverted(image)).toBeNull()
    await fs.truncate(image, Math.floor((await fs.stat(image)).size * 0.7))
    const told = await toldOf(image)
    expect(told).toMatch(new RegExp(words))
    expect(await whyNotConverted(image)).toEqual(['image-damaged', told])
    if (lints)
      expect((await lintFile(image)).findings.filter(({ severity }) => severity === 'error').map(({ text }) => text)).toContain(told)
  },
)

test.each([
  ['twoGbMaxExtentSparse', 'split-s001.vmdk', /^split-s001\.vmdk: \d+ entries of the grain tables lead out of the file$/],
  ['twoGbMaxExtentFlat', 'split-f001.vmdk', /^split-f001\.vmdk holds 5,000,000 bytes instead of 67,108,864 bytes$/],
])('an extent of a %s disk that was cut short is named', async (subformat, extent, words) => {
  const image = await make('split.vmdk', 'vmdk', `subformat=${subformat}`)
  expect(await toldOf(image)).toBeNull()
  await fs.truncate(at(extent), extent.includes('-f') ? 5_000_000 : 2 * MIB)
  expect(await toldOf(image)).toMatch(words)
})

test('the end of a backing file is told of the image over it', async () => {
  await make('base.qcow2', 'qcow2')
  await host.run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', 'base.qcow2', '-F', 'qcow2', at('over.qcow2')])
  await fs.truncate(at('base.qcow2'), 2 * MIB)
  expect(await toldOf(at('over.qcow2'))).toMatch(/^base\.qcow2: \d+ clusters of data lie beyond/)
})

test('clusters that are said to be zeros, and what preallocation leaves, are not missing', async () => {
  const image = at('zeros.qcow2')
  await host.run('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', image, '16M'])
  await host.run('sh', ['-c', 'qemu-io -f qcow2 -c "write 0 1M" -c "write -z 0 1M" -c "write -z -u 1M 1M" "$1" >&2', 'sh', image])
  expect(await toldOf(image)).toBeNull()
  expect((await lintFile(image)).counts.error).toBe(0)
})
