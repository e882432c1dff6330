import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { silentLogger } from '#core/log/logger'
import { chooseImage } from '#core/operations/containers/choose-image'
import { inspectContainer } from '#core/operations/containers/inspect-container'
import { createHost } from '#core/process/create-host'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.js'
import { artifactOf, digestOf, imageOf, indexOf } from './container-image.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { ACCESS, amd64, arm64, blob, both, contentOf, layer, noise, openSourceBench, plain, type SourceBench } from './source-bench.js'
import { failureOf } from './workbench.js'

let bench: SourceBench
let registry: TestRegistry
let proxy: FaultProxy

beforeAll(async () => {
  bench = await openSourceBench()
  registry = await startRegistry()
  proxy = await startFaultProxy(registry.url)
  await registry.push('team/both', 'v1', both)
  await registry.push('team/disk', 'v1', plain)
})

afterEach(() => {
  proxy.set({ kind: 'pass' })
  proxy.forget()
})

afterAll(async () => {
  await proxy.stop()
  await registry.stop()
  await bench.close()
})

const atProxy = (name: string): string => `docker://${proxy.registry}/${name}`

test('an index with all its platforms, and what is no image left out', async () => {
  const attestation = artifactOf('application/vnd.in-toto+json', [
    { title: 'sbom', mediaType: 'application/vnd.in-toto+json', data: Buffer.from('{}') },
  ])
  const index = JSON.parse(both.manifest.toString()) as { manifests: object[] }
  index.manifests.push({
    mediaType: attestation.mediaType,
    digest: attestation.digest,
    size: attestation.manifest.length,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': amd64.digest },
  })
  const manifest = Buffer.from(JSON.stringify(index))
  const blobs = new Map([...both.blobs, ...attestation.blobs, [attestation.digest, attestation.manifest] as const])
  await registry.push('team/attested', 'v1', { ...both, manifest, digest: digestOf(manifest), blobs })
  const report = await inspectContainer(bench.deps, `${registry.registry}/team/attested:v1`, ACCESS)
  expect(report).toMatchObject({
    reference: `docker://${registry.registry}/team/attested:v1`,
    digest: digestOf(manifest),
    isIndex: true,
    preferred: process.arch === 'arm64' ? arm64.digest : amd64.digest,
    plainHttp: true,
    mirror: null,
    signature: { state: 'not-required' },
    notes: [expect.stringContaining('1 entry is an attestation')],
  })
  expect(report.images.map(({ digest, platform, createdAt, labels }) => ({ digest, platform, createdAt, labels }))).toEqual([
    {
      digest: arm64.digest,
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      createdAt: '2025-01-02T03:04:05.000Z',
      labels: {},
    },
    {
      digest: amd64.digest,
      platform: { os: 'linux', architecture: 'amd64', variant: null },
      createdAt: '2024-05-06T07:08:09.000Z',
      labels: { of: 'x86' },
    },
  ])
  const [, x86] = report.images
  expect(x86?.bytes).toBe([...amd64.blobs.values()].reduce((sum, bytes) => sum + bytes.length, 0))
  expect(x86?.layers.map(({ kind, compression }) => [kind, compression])).toEqual([
    ['tar', 'gzip'],
    ['tar', 'gzip'],
  ])
})

test('an artifact is told as such, with the titles of its files', async () => {
  const artifact = artifactOf('application/vnd.example.disk', [{ title: 'disk.qcow2', mediaType: 'application/octet-stream', data: noise }])
  await registry.push('team/artifact', 'v1', artifact)
  const { images } = await inspectContainer(bench.deps, `${registry.registry}/team/artifact:v1`, ACCESS)
  expect(images).toMatchObject([
    { kind: 'artifact', artifactType: 'application/vnd.example.disk', platform: null, layers: [{ kind: 'file', title: 'disk.qcow2' }] },
  ])
})

test('indexes in an index, but not without end', async () => {
  const twice = indexOf([indexOf([amd64, arm64])])
  await registry.push('team/nested', 'v1', twice)
  const { images } = await inspectContainer(bench.deps, `${registry.registry}/team/nested:v1`, ACCESS)
  expect(images.map(({ digest }) => digest)).toEqual([amd64.digest, arm64.digest])
  const wide = indexOf(Array.from({ length: 17 }, (_, index) => indexOf([imageOf({ layers: [], labels: { index: String(index) } })])))
  for (const [name, image] of Object.entries({ deep: indexOf([twice]), wide })) {
    await registry.push(`team/${name}`, 'v1', image)
    expect((await failureOf(inspectContainer(bench.deps, `${registry.registry}/team/${name}:v1`, ACCESS))).code).toBe('container-invalid')
  }
})

test('the image of a platform, and what there is where it is not', async () => {
  await bench.using(`docker://${registry.registry}/team/both:v1`, async (source) => {
    expect((await chooseImage(source, { platform: { architecture: 'aarch64' } })).digest).toBe(arm64.digest)
    const failure = await failureOf(chooseImage(source, { platform: { architecture: 's390x' } }))
    expect([failure.code, failure.data.details.platforms]).toEqual(['platform-not-found', 'linux/arm64/v8, linux/amd64'])
  })
})

test('a tag that was moved does not change what a digest leads to', async () => {
  await registry.push('team/moved', 'latest', arm64)
  const before = await inspectContainer(bench.deps, `${registry.registry}/team/moved`, ACCESS)
  await registry.push('team/moved', 'latest', plain)
  await bench.using(before.reference, async (source) => {
    expect((await chooseImage(source, { digest: before.digest })).digest).toBe(arm64.digest)
    expect((await chooseImage(source)).digest).toBe(plain.digest)
  })
})

test('the tags of a repository', async () => {
  for (const tag of ['v1', 'v10', 'v2']) await registry.push('team/tags', tag, arm64)
  const found = await bench.using(`docker://${registry.registry}/team/tags`, (source) => source.tags?.() ?? Promise.resolve([]))
  expect([...found].sort()).toEqual(['v1', 'v10', 'v2'])
})

test('what is not there is told with its name', async () => {
  const failure = await failureOf(inspectContainer(bench.deps, `${registry.registry}/team/disk:nothing`, ACCESS))
  expect([failure.code, failure.data.details.reference]).toEqual(['container-not-found', `docker://${registry.registry}/team/disk:nothing`])
})

test('a blob that is cut goes on by range and is read but once', async () => {
  proxy.set({ kind: 'cut', after: 1_000_000 }, { times: 2 })
  const seen: number[] = []
  const content = await bench.using(atProxy('team/disk:v1'), (source) => contentOf(source, blob, { onBytes: (bytes) => seen.push(bytes) }))
  expect(digestOf(content)).toBe(digestOf(layer))
  expect(proxy.count(/^GET .*\/blobs\//)).toBe(3)
  expect(proxy.bytesOf(/^GET .*\/blobs\//)).toBeLessThan(layer.length * 1.1)
  expect(seen.at(-1)).toBe(layer.length)
  expect(seen).toEqual([...seen].sort((one, other) => one - other))
})

test('a blob that is changed on its way is refused', async () => {
  proxy.set({ kind: 'flip', at: 1_500_000 })
  const failure = await bench.using(atProxy('team/disk:v1'), (source) => failureOf(contentOf(source, blob)))
  expect(failure.code).toBe('blob-mismatch')
})

test('a blob of another size than the manifest says is refused', async () => {
  await bench.using(`docker://${registry.registry}/team/disk:v1`, async (source) => {
    for (const bytes of [blob.bytes - 1, blob.bytes - 2_000_000]) {
      expect((await failureOf(contentOf(source, { ...blob, bytes }))).code).toBe('blob-mismatch')
    }
  })
})

test('reading ends at once when it is cancelled', async () => {
  proxy.set({ kind: 'stall', after: 500_000 })
  const controller = new AbortController()
  const failure = await bench.using(atProxy('team/disk:v1'), (source) =>
    failureOf(contentOf(source, blob, { signal: controller.signal, onBytes: (bytes) => bytes >= 400_000 && controller.abort() })),
  )
  expect(failure.code).toBe('cancelled')
})

test('a short name is looked for at one registry after the other', async () => {
  const empty = await startRegistry()
  try {
    const conf = path.join(bench.root, 'search.conf')
    const row = (location: string): string => `[[registry]]\nlocation = "${location}"\ninsecure = true\n`
    const search = `unqualified-search-registries = ["${empty.registry}", "${registry.registry}"]\n`
    await fs.writeFile(conf, `${search}${row(empty.registry)}${row(registry.registry)}`)
    const { dirs } = bench.deps.host
    const host = await createHost({ dirs, env: { ...bench.deps.host.env, CONTAINERS_REGISTRIES_CONF: conf }, log: silentLogger })
    const report = await inspectContainer({ ...bench.deps, host }, 'team/disk:v1', {})
    expect(report).toMatchObject({ reference: `docker://${registry.registry}/team/disk:v1`, digest: plain.digest, plainHttp: true })
  } finally {
    await empty.stop()
  }
})
