import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { containerReferenceAt } from '#core/operations/containers/container-file'
import { imageOf, layerOf, writeLayout } from './container-image.js'
import { openBench, type TestBench } from './workbench.js'

let bench: TestBench
let folder: string
let layout: string
const at = (name: string) => path.join(folder, name)

beforeAll(async () => {
  bench = await openBench()
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dw-file-'))
  layout = await writeLayout(at('layout'), imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: 'x'.repeat(1000) }])] }), 'one')
  execFileSync('skopeo', ['--insecure-policy', 'copy', '-q', `oci:${layout}:one`, `docker-archive:${at('docker.tar')}:localhost/a:1`])
  execFileSync('skopeo', ['--insecure-policy', 'copy', '-q', `oci:${layout}:one`, `dir:${at('dir')}`])
  execFileSync('tar', ['-cf', at('oci.tar'), '-C', layout, '.'])
  execFileSync('tar', ['-cf', at('other.tar'), '-C', at('dir'), 'version'])
})
afterAll(async () => {
  await bench.close()
  await fs.rm(folder, { recursive: true, force: true })
})

test('archives and folders of container images are known by what lies in them', async () => {
  expect(await containerReferenceAt(layout)).toBe(`oci:${layout}`)
  expect(await containerReferenceAt(at('dir'))).toBe(`dir:${at('dir')}`)
  expect(await containerReferenceAt(at('oci.tar'))).toBe(`oci-archive:${at('oci.tar')}`)
  expect(await containerReferenceAt(at('docker.tar'))).toBe(`docker-archive:${at('docker.tar')}`)
  expect(await containerReferenceAt(at('other.tar'))).toBeNull()
  expect(await containerReferenceAt(folder)).toBeNull()
  expect(await containerReferenceAt(at('nothing'))).toBeNull()
})

test('opening one as a disk says how it is opened', async () => {
  const actions = (file: string) =>
    bench.core.inspect(file).then(
      () => [],
      (error: { data: { actions: unknown[] } }) => error.data.actions,
    )
  expect(await actions(at('docker.tar'))).toContainEqual({ kind: 'open-container', reference: `docker-archive:${at('docker.tar')}` })
  expect(await actions(layout)).toContainEqual({ kind: 'open-container', reference: `oci:${layout}` })
  expect(await actions(at('other.tar'))).toEqual([{ kind: 'unpack' }])
})
