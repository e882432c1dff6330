import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { imageOf, layerOf } from './container-image.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { openBench, type TestBench } from './workbench.js'

const NAME = 'containers-storage:localhost/small:1'

let home: string
let env: NodeJS.ProcessEnv
let bench: TestBench
let registry: TestRegistry
const disk = randomBytes(2 * 1024 ** 2)
disk.fill(0, 0, 512)
disk.set([0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0], 446)
disk.set([0x55, 0xaa], 510)

beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-podman-'))
  const config = path.join(home, '.config/containers')
  await fs.mkdir(config, { recursive: true })
  await fs.mkdir(path.join(home, 'run'), { mode: 0o700 })
  await fs.writeFile(path.join(config, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}')
  await fs.writeFile(path.join(config, 'registries.conf'), '')
  const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${home}/storage"\nrunroot = "${home}/run"\n`
  await fs.writeFile(path.join(config, 'storage.conf'), storage)
  env = {
    HOME: home,
    PATH: process.env.PATH,
    XDG_RUNTIME_DIR: path.join(home, 'run'),
    CONTAINERS_STORAGE_CONF: path.join(config, 'storage.conf'),
    CONTAINERS_REGISTRIES_CONF: path.join(config, 'registries.conf'),
    REGISTRY_AUTH_FILE: path.join(home, 'auth.json'),
  }
  await fs.writeFile(path.join(home, 'auth.json'), '{"auths":{}}', { mode: 0o600 })
  const tree = path.join(home, 'tree')
  await fs.mkdir(path.join(tree, 'disk'), { recursive: true })
  await fs.mkdir(path.join(tree, 'etc'))
  await fs.writeFile(path.join(tree, 'disk/boot.raw'), disk)
  await fs.writeFile(path.join(tree, 'etc/motd'), 'hello')
  const container = buildah('from', 'scratch')
  buildah('copy', '--quiet', container, tree, '/')
  buildah('commit', '--quiet', container, 'localhost/small:1')
  buildah('rm', container)
  bench = await openBench(env)
  registry = await startRegistry()
})

afterAll(async () => {
  await registry.stop()
  await bench.close()
  await fs.rm(home, { recursive: true, force: true })
})

function buildah(...args: string[]): string {
  return execFileSync('buildah', args, { env, encoding: 'utf8' }).trim()
}

function left(): string {
  return execFileSync('podman', ['ps', '--all', '--format', '{{.Names}}'], { env, encoding: 'utf8' }).trim()
}

async function taken(wish: Partial<JobInputDraft<'extract-container'>>, name: string): Promise<string> {
  const output = path.join(bench.folder, name)
  const job = await bench.run({ kind: 'extract-container', input: { reference: NAME, output, ...wish } })
  if (job.state !== 'succeeded') throw new Error(JSON.stringify(job.error, null, 2))
  return output
}

test('what podman has: looked into, and a disk, a file and a folder taken out; no container stays', async () => {
  const { containers } = bench.core
  const { id } = containers.openIndex({ reference: NAME })
  expect((await containers.waitForIndex(id)).candidates).toMatchObject([{ path: '/disk/boot.raw' }])
  expect(containers.list(id, '/').map(({ name }) => name)).toEqual(['disk', 'etc'])
  containers.closeIndex(id)
  expect((await fs.readFile(await taken({}, 'only.raw'))).equals(disk)).toBe(true)
  expect((await fs.readFile(await taken({ path: '/disk/boot.raw' }, 'named.raw'))).equals(disk)).toBe(true)
  expect(await fs.readFile(path.join(await taken({ path: '/etc' }, 'etc'), 'motd'), 'utf8')).toBe('hello')
  expect(left()).toBe('')
})

test('an image of a registry by podman, as asked for: pulled, copied from, and removed again', async () => {
  await registry.push('by/podman', 'v1', imageOf({ layers: [await layerOf([{ name: 'disk/a.raw', data: disk }])], compression: 'gzip' }))
  const reference = `docker://${registry.registry}/by/podman:v1`
  const output = await taken({ reference, via: 'podman', access: { plainHttp: true } }, 'pulled.raw')
  expect((await fs.readFile(output)).equals(disk)).toBe(true)
  const images = execFileSync('podman', ['images', '--format', '{{.Repository}}'], { env, encoding: 'utf8' }).trim()
  expect([images, left()]).toEqual(['localhost/small', ''])
})
