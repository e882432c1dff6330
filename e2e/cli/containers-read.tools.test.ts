import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { containerReportSchema } from '#shared/containers/container-report'
import { imageOf, indexOf, layerOf, writeLayout } from '../core/container-image.js'
import { startRegistry, type TestRegistry } from '../core/registry.js'
import { type CommandLine, openCommandLine } from './command-line.js'

const image = imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: 'disk' }])], labels: { 'evil\u001b[2J': 'x' } })
const index = indexOf([image, imageOf({ layers: [], architecture: 'arm64' })])
let cli: CommandLine
let registry: TestRegistry

beforeAll(async () => {
  cli = await openCommandLine()
  registry = await startRegistry()
  for (const tag of ['1.9', '1.10', 'latest']) await registry.push('team/disk', tag, index)
  await writeLayout(path.join(cli.folder, 'layout'), image)
})
afterAll(async () => {
  await registry.stop()
  await cli.close()
})

test('an index of a registry, in words and as the JSON of the window', async () => {
  const name = `${registry.registry}/team/disk:1.10`
  const words = await cli.run(['containers', 'inspect', name, '--tls-verify=false'])
  expect([words.code, words.err]).toEqual([0, ''])
  expect(words.out).toContain(`docker://${name}: index of 2 images\n  Digest: ${index.digest}\n`)
  expect(words.out).toContain('Warning: it came without TLS')
  const json = await cli.run(['containers', 'inspect', name, '--tls-verify=false', '--json'])
  expect(containerReportSchema.parse(JSON.parse(json.out))).toMatchObject({ digest: index.digest, isIndex: true, plainHttp: true })
})

test('plain HTTP is never taken by itself', async () => {
  const refused = await cli.run(['containers', 'inspect', `${registry.registry}/team/disk:1.10`])
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('answers without TLS')])
})

test('tags, the newest version first', async () => {
  const name = `${registry.registry}/team/disk`
  expect((await cli.run(['containers', 'tags', name, '--tls-verify=false'])).out).toBe('latest\n1.10\n1.9\n')
  expect((await cli.run(['containers', 'tags', name, '--tls-verify=false', '--filter', '1.1'])).out).toBe('1.10\n')
  expect((await cli.run(['containers', 'tags', './layout'])).code).toBe(2)
})

test('a folder by its path; what a label does to a terminal is shown, not done', async () => {
  const { code, out } = await cli.run(['containers', 'inspect', './layout'])
  expect(code).toBe(0)
  expect(out).toContain('/layout: image\n')
  expect(out).toContain('Label: evil')
  expect(out).not.toContain('\u001b')
})

test('a disk that is opened by its archive says how', async () => {
  const { code, err } = await cli.run(['inspect', './layout'])
  expect([code, err]).toEqual([1, expect.stringContaining('diskwright containers disks oci:')])
})
