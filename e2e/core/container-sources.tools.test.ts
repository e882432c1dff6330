import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLogger } from '#core/log/logger'
import type { BlobOptions, ContainerDeps, ContainerSource } from '#core/operations/containers/container-source'
import { chooseImage } from '#core/operations/containers/choose-image'
import { inspectContainer } from '#core/operations/containers/inspect-container'
import { inspectImage } from '#core/operations/inspect-image'
import { probeSource } from '#core/operations/unpack/probe-source'
import { resolveText } from '#core/operations/containers/resolve-reference'
import { openContainerSource } from '#core/operations/containers/open-container-source'
import { createHost } from '#core/process/create-host'

import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.js'
import { artifactOf, type BuiltImage, digestOf, imageOf, indexOf, layerOf, writeLayout } from './container-image.js'
import { openPodmanStorage } from './podman-storage.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { failureOf } from './workbench.js'

const ACCESS = { plainHttp: true }
const noise = randomBytes(3_000_000)
const layer = await layerOf([{ name: 'disk/boot.raw', data: noise }])
const amd64 = imageOf({ layers: [layer, await layerOf([{ name: 'second', data: 'two' }])], labels: { of: 'x86' }, compression: 'gzip' })
const arm64 = imageOf({ layers: [layer], architecture: 'arm64', variant: 'v8', created: '2025-01-02T03:04:05Z' })
const both = indexOf([arm64, amd64])
const plain = imageOf({ layers: [layer, layer] })

let root: string
let deps: ContainerDeps
let registry: TestRegistry
let proxy: FaultProxy
let layout: string

beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-sources-'))
  const dirs = { config: `${root}/config`, state: `${root}/state`, cache: `${root}/cache`, runtime: `${root}/runtime` }
  await fs.mkdir(`${root}/.config/containers`, { recursive: true })
  await fs.writeFile(`${root}/.config/containers/policy.json`, '{"default":[{"type":"insecureAcceptAnything"}]}')
  const host = await createHost({ dirs, env: { HOME: root, PATH: process.env.PATH }, log: silentLogger })
  const none = () => Promise.reject(new Error('not asked for'))
  deps = { host, signIns: { find: () => Promise.resolve(null), list: none, keep: none, forget: none } }
  registry = await startRegistry()
  proxy = await startFaultProxy(registry.url)
  await registry.push('team/both', 'v1', both)
  await registry.push('team/disk', 'v1', plain)
  layout = await writeLayout(path.join(root, 'layout'), plain, 'demo')
  skopeo(`oci:${layout}:demo`, `docker-archive:${root}/docker.tar:localhost/demo:1`)
  skopeo(`oci:${layout}:demo`, `oci-archive:${root}/oci.tar:demo`)
  skopeo(`oci:${layout}:demo`, `dir:${root}/dir`)
})

afterAll(async () => {
  await proxy.stop()
  await registry.stop()
  await fs.rm(root, { recursive: true, force: true })
})

function skopeo(from: string, to: string): void {
  execFileSync('skopeo', ['copy', '--insecure-policy', '--quiet', from, to], { stdio: ['ignore', 'ignore', 'pipe'] })
}

async function using<T>(reference: string, work: (source: ContainerSource) => Promise<T>): Promise<T> {
  const source = await openContainerSource(deps, reference, ACCESS)
  try {
    return await work(source)
  } finally {
    await source.close()
  }
}

async function contentOf(source: ContainerSource, blob: { digest: string; bytes: number }, options?: BlobOptions): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source.blob(blob, options)) pieces.push(piece)
  return Buffer.concat(pieces)
}

const atProxy = (name: string): string => `docker://${proxy.registry}/${name}`
const stored = (image: BuiltImage, digest: string) => ({ digest, bytes: image.blobs.get(digest)?.length ?? 0 })
const [blob] = plain.layers.map((digest) => stored(plain, digest))

const places = (): Record<string, string> => ({
  oci: `oci:${layout}`,
  'oci by name': `oci:${layout}:demo`,
  'oci-archive': `oci-archive:${root}/oci.tar`,
  'docker-archive': `docker-archive:${root}/docker.tar`,
  'docker-archive by name': `docker-archive:${root}/docker.tar:localhost/demo:1`,
  dir: `dir:${root}/dir`,
  docker: `docker://${registry.registry}/team/disk:v1`,
})

test.each(Object.keys({ oci: 0, 'oci by name': 0, 'oci-archive': 0, 'docker-archive': 0, 'docker-archive by name': 0, dir: 0, docker: 0 }))(
  '%s: manifest, layer and a piece of it',
  async (place) => {
    await using(places()[place] ?? '', async (source) => {
      const { manifest, config, digest } = await chooseImage(source)
      expect(digest).toBe((await source.manifest()).digest)
      expect(config?.platform).toEqual({ os: 'linux', architecture: 'amd64', variant: null })
      expect(config?.diffIds).toEqual([digestOf(layer), digestOf(layer)])
      const [first] = manifest.layers
      if (first === undefined) throw new Error('no layer')
      const content = await contentOf(source, first)
      // skopeo compresses what it writes into an archive of OCI.
      expect(digestOf(first.mediaType.endsWith('gzip') ? gunzipSync(content) : content)).toBe(digestOf(layer))
      expect(await source.readBlobAt?.(first, 1000, 700)).toEqual(content.subarray(1000, 1700))
      expect(await source.readBlobAt?.(first, content.length - 5, 700)).toEqual(content.subarray(-5))
    })
  },
)

test('the manifest that is made for an archive of docker names what skopeo finds in it', async () => {
  const raw = execFileSync('skopeo', ['inspect', '--raw', `docker-archive:${root}/docker.tar`])
  const facts = (bytes: Buffer): unknown => {
    const { config, layers } = JSON.parse(bytes.toString()) as { config: object; layers: { digest: string; size: number }[] }
    return { config, layers: layers.map(({ digest, size }) => ({ digest, size })) }
  }
  await using(`docker-archive:${root}/docker.tar`, async (source) => expect(facts((await source.manifest()).bytes)).toEqual(facts(raw)))
})

test('links of old archives lead to their layers, and nowhere else', async () => {
  const folder = path.join(root, 'old')
  execFileSync('mkdir', ['-p', `${folder}/aa`, `${folder}/bb`, `${folder}/cc`])
  const config = [...plain.blobs].find(([digest]) => !plain.layers.includes(digest))?.[1] ?? Buffer.alloc(0)
  await fs.writeFile(`${folder}/config.json`, config)
  await fs.writeFile(`${folder}/aa/layer.tar`, layer)
  await fs.symlink('../aa/layer.tar', `${folder}/bb/layer.tar`)
  await fs.link(`${folder}/aa/layer.tar`, `${folder}/cc/layer.tar`)
  await fs.symlink('../../../../../../../../etc/passwd', `${folder}/out.tar`)
  const save = async (layers: string[]): Promise<string> => {
    await fs.writeFile(`${folder}/manifest.json`, JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers: layers }]))
    execFileSync('tar', ['-cf', `${root}/old.tar`, '-C', folder, 'aa', 'bb', 'cc', 'out.tar', 'config.json', 'manifest.json'])
    return `docker-archive:${root}/old.tar`
  }
  await using(await save(['bb/layer.tar', 'cc/layer.tar']), async (source) => {
    for (const one of (await chooseImage(source)).manifest.layers) expect(digestOf(await contentOf(source, one))).toBe(digestOf(layer))
  })
  expect((await failureOf(openContainerSource(deps, await save(['aa/layer.tar', 'out.tar']), {}))).code).toBe('container-invalid')
})

test.each([
  ['gzip', (bytes: Buffer) => gzipSync(bytes)],
  ['zstd', (bytes: Buffer) => execFileSync('zstd', ['-qc'], { input: bytes, maxBuffer: 2 ** 26 })],
])('a %s archive is unpacked in private, and nothing of it stays', async (name, compress) => {
  const packed = path.join(root, `docker.tar.${name}`)
  await fs.writeFile(packed, compress(await fs.readFile(`${root}/docker.tar`)))
  await using(`docker-archive:${packed}`, async (source) => {
    const [first] = (await chooseImage(source)).manifest.layers
    if (first === undefined) throw new Error('no layer')
    expect(digestOf(await contentOf(source, first))).toBe(digestOf(layer))
    expect(await fs.readdir(`${root}/cache/containers`)).toHaveLength(1)
  })
  expect(await fs.readdir(`${root}/cache/containers`)).toEqual([])
})

test('an archive that is saved with compressed layers', async () => {
  const folder = path.join(root, 'saved')
  await writeLayout(folder, amd64)
  const [config] = [...amd64.blobs.keys()].filter((digest) => !amd64.layers.includes(digest))
  const name = (digest: string | undefined): string => `blobs/${digest?.replace(':', '/') ?? ''}`
  const manifest = [{ Config: name(config), RepoTags: ['docker.io/library/x:latest'], Layers: amd64.layers.map(name) }]
  await fs.writeFile(`${folder}/manifest.json`, JSON.stringify(manifest))
  execFileSync('tar', ['-cf', `${root}/saved.tar`, '-C', folder, '.'])
  await using(`docker-archive:${root}/saved.tar:x`, async (source) => {
    const { manifest: found } = await chooseImage(source)
    expect(found.layers.map((one) => [one.digest, one.mediaType])).toEqual(
      amd64.layers.map((digest) => [digest, 'application/vnd.docker.image.rootfs.diff.tar.gzip']),
    )
  })
})

test('several images in one layout have to be told apart; those of one name are an index', async () => {
  const folder = await writeLayout(path.join(root, 'several'), both)
  const entry = (image: BuiltImage, name: string) => ({
    mediaType: image.mediaType,
    digest: image.digest,
    size: image.manifest.length,
    platform: image.platform,
    annotations: { 'org.opencontainers.image.ref.name': name },
  })
  const write = (entries: object[]) => fs.writeFile(`${folder}/index.json`, JSON.stringify({ schemaVersion: 2, manifests: entries }))
  await write([entry(amd64, 'one'), entry(arm64, 'two')])
  const failure = await failureOf(openContainerSource(deps, `oci:${folder}`, {}))
  expect([failure.code, failure.data.details.reason]).toEqual(['bad-input', expect.stringContaining('one, two')])
  expect((await failureOf(openContainerSource(deps, `oci:${folder}:three`, {}))).code).toBe('container-not-found')
  expect((await inspectContainer(deps, `oci:${folder}:two`, {})).images.map(({ digest }) => digest)).toEqual([arm64.digest])
  await write([entry(amd64, 'one'), entry(arm64, 'one')])
  expect((await inspectContainer(deps, `oci:${folder}:one`, {})).images.map(({ digest }) => digest)).toEqual([amd64.digest, arm64.digest])
})

test('a damaged blob of a layout is found, and its last piece never given out', async () => {
  const folder = await writeLayout(path.join(root, 'damaged'), plain)
  const file = path.join(folder, 'blobs', (blob?.digest ?? '').replace(':', '/'))
  const bytes = await fs.readFile(file)
  bytes.writeUInt8(bytes.readUInt8(700_000) ^ 1, 700_000)
  await fs.writeFile(file, bytes)
  let given = 0
  await using(`oci:${folder}`, async (source) => {
    if (blob === undefined) throw new Error('no layer')
    const failure = await failureOf(
      (async () => {
        for await (const piece of source.blob(blob)) given += piece.length
      })(),
    )
    expect(failure.code).toBe('blob-mismatch')
  })
  expect(given).toBeLessThan(layer.length)
})

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
  const report = await inspectContainer(deps, `${registry.registry}/team/attested:v1`, ACCESS)
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
  const { images } = await inspectContainer(deps, `${registry.registry}/team/artifact:v1`, ACCESS)
  expect(images).toMatchObject([
    { kind: 'artifact', artifactType: 'application/vnd.example.disk', platform: null, layers: [{ kind: 'file', title: 'disk.qcow2' }] },
  ])
})

test('indexes in an index, but not without end', async () => {
  const twice = indexOf([indexOf([amd64, arm64])])
  await registry.push('team/nested', 'v1', twice)
  const { images } = await inspectContainer(deps, `${registry.registry}/team/nested:v1`, ACCESS)
  expect(images.map(({ digest }) => digest)).toEqual([amd64.digest, arm64.digest])
  const wide = indexOf(Array.from({ length: 17 }, (_, index) => indexOf([imageOf({ layers: [], labels: { index: String(index) } })])))
  for (const [name, image] of Object.entries({ deep: indexOf([twice]), wide })) {
    await registry.push(`team/${name}`, 'v1', image)
    expect((await failureOf(inspectContainer(deps, `${registry.registry}/team/${name}:v1`, ACCESS))).code).toBe('container-invalid')
  }
})

test('the image of a platform, and what there is where it is not', async () => {
  await using(`docker://${registry.registry}/team/both:v1`, async (source) => {
    expect((await chooseImage(source, { platform: { architecture: 'aarch64' } })).digest).toBe(arm64.digest)
    const failure = await failureOf(chooseImage(source, { platform: { architecture: 's390x' } }))
    expect([failure.code, failure.data.details.platforms]).toEqual(['platform-not-found', 'linux/arm64/v8, linux/amd64'])
  })
})

test('a tag that was moved does not change what a digest leads to', async () => {
  await registry.push('team/moved', 'latest', arm64)
  const before = await inspectContainer(deps, `${registry.registry}/team/moved`, ACCESS)
  await registry.push('team/moved', 'latest', plain)
  await using(before.reference, async (source) => {
    expect((await chooseImage(source, { digest: before.digest })).digest).toBe(arm64.digest)
    expect((await chooseImage(source)).digest).toBe(plain.digest)
  })
})

test('the tags of a repository', async () => {
  for (const tag of ['v1', 'v10', 'v2']) await registry.push('team/tags', tag, arm64)
  const found = await using(`docker://${registry.registry}/team/tags`, (source) => source.tags?.() ?? Promise.resolve([]))
  expect([...found].sort()).toEqual(['v1', 'v10', 'v2'])
})

test('what is not there is told with its name', async () => {
  const failure = await failureOf(inspectContainer(deps, `${registry.registry}/team/disk:nothing`, ACCESS))
  expect([failure.code, failure.data.details.reference]).toEqual(['container-not-found', `docker://${registry.registry}/team/disk:nothing`])
})

test('a blob that is cut goes on by range and is read but once', async () => {
  if (blob === undefined) throw new Error('no layer')
  proxy.forget()
  proxy.set({ kind: 'cut', after: 1_000_000 }, { times: 2 })
  const seen: number[] = []
  const content = await using(atProxy('team/disk:v1'), (source) => contentOf(source, blob, { onBytes: (bytes) => seen.push(bytes) }))
  expect(digestOf(content)).toBe(digestOf(layer))
  expect(proxy.count(/^GET .*\/blobs\//)).toBe(3)
  expect(proxy.bytesOf(/^GET .*\/blobs\//)).toBeLessThan(layer.length * 1.1)
  expect(seen.at(-1)).toBe(layer.length)
  expect(seen).toEqual([...seen].sort((one, other) => one - other))
})

test('a blob that is changed on its way is refused', async () => {
  if (blob === undefined) throw new Error('no layer')
  proxy.set({ kind: 'flip', at: 1_500_000 })
  const failure = await using(atProxy('team/disk:v1'), (source) => failureOf(contentOf(source, blob)))
  proxy.set({ kind: 'pass' })
  expect(failure.code).toBe('blob-mismatch')
})

test('a blob of another size than the manifest says is refused', async () => {
  if (blob === undefined) throw new Error('no layer')
  await using(`docker://${registry.registry}/team/disk:v1`, async (source) => {
    for (const bytes of [blob.bytes - 1, blob.bytes - 2_000_000]) {
      expect((await failureOf(contentOf(source, { ...blob, bytes }))).code).toBe('blob-mismatch')
    }
  })
})

test('reading ends at once when it is cancelled', async () => {
  if (blob === undefined) throw new Error('no layer')
  proxy.set({ kind: 'stall', after: 500_000 })
  const controller = new AbortController()
  const failure = await using(atProxy('team/disk:v1'), (source) =>
    failureOf(contentOf(source, blob, { signal: controller.signal, onBytes: (bytes) => bytes >= 400_000 && controller.abort() })),
  )
  proxy.set({ kind: 'pass' })
  expect(failure.code).toBe('cancelled')
})

test.each(['oci-archive', 'docker-archive', 'oci', 'dir', 'gzip'])('opening one as a disk leads to its place: %s', async (kind) => {
  const packed = path.join(root, 'opened.tar.gz')
  await fs.writeFile(packed, gzipSync(await fs.readFile(`${root}/docker.tar`)))
  const reference = kind === 'gzip' ? `docker-archive:${packed}` : (places()[kind] ?? '')
  const file = reference.slice(reference.indexOf(':') + 1)
  const action = { kind: 'open-container', reference }
  if (kind !== 'gzip') expect((await failureOf(probeSource(deps.host, file))).data.actions).toEqual([action])
  expect((await failureOf(inspectImage(deps.host, file))).data.actions).toContainEqual(action)
  expect((await resolveText(deps.host.env, file)).references).toEqual([reference])
})

test('a pasted text: names, short names, paths', async () => {
  const conf = path.join(root, 'registries.conf')
  await fs.writeFile(conf, 'unqualified-search-registries = ["a.example", "docker.io"]\n[aliases]\n"known" = "b.example/os/known"\n')
  const env = { HOME: root, CONTAINERS_REGISTRIES_CONF: conf }
  const references = async (text: string): Promise<string[]> => (await resolveText(env, text)).references
  expect(await references(' registry.example/os/boot:1 ')).toEqual(['docker://registry.example/os/boot:1'])
  expect(await references('docker://localhost/a')).toEqual(['docker://localhost/a'])
  expect(await references('known:2')).toEqual(['docker://b.example/os/known:2'])
  expect(await references('thing')).toEqual(['docker://a.example/thing', 'docker://docker.io/library/thing'])
  expect(await references(`~/${path.basename(layout)}`)).toEqual([`oci:${layout}`])
  expect(await references(`file://${layout}`)).toEqual([`oci:${layout}`])
  expect((await failureOf(references(`${root}/nowhere`))).code).toBe('file-not-found')
  expect((await failureOf(references(`${root}/registries.conf`))).code).toBe('bad-input')
  await fs.writeFile(conf, '')
  expect((await failureOf(references('thing'))).data).toMatchObject({
    code: 'bad-input',
    details: { reason: expect.stringContaining('docker.io/thing') },
  })
})

test('a short name is looked for at one registry after the other', async () => {
  const empty = await startRegistry()
  try {
    const conf = path.join(root, 'search.conf')
    const row = (location: string): string => `[[registry]]\nlocation = "${location}"\ninsecure = true\n`
    const search = `unqualified-search-registries = ["${empty.registry}", "${registry.registry}"]\n`
    await fs.writeFile(conf, `${search}${row(empty.registry)}${row(registry.registry)}`)
    const { dirs } = deps.host
    const host = await createHost({ dirs, env: { ...deps.host.env, CONTAINERS_REGISTRIES_CONF: conf }, log: silentLogger })
    const report = await inspectContainer({ ...deps, host }, 'team/disk:v1', {})
    expect(report).toMatchObject({ reference: `docker://${registry.registry}/team/disk:v1`, digest: plain.digest, plainHttp: true })
  } finally {
    await empty.stop()
  }
})

test('archives that podman saves, and its storage itself', async () => {
  const storage = await openPodmanStorage()
  try {
    const { dirs } = deps.host
    const here = { ...deps, host: await createHost({ dirs, env: storage.env, log: silentLogger }) }
    await storage.put(plain, 'localhost/demo:1')
    for (const format of ['docker-archive', 'oci-archive']) {
      const file = path.join(storage.root, `${format}.tar`)
      await storage.podman('save', '--quiet', '--format', format, '--output', file, 'localhost/demo:1')
      await using((await resolveText({}, file)).references[0] ?? '', async (source) => {
        expect(source.reference.transport).toBe(format)
        const { manifest, config } = await chooseImage(source)
        expect(config?.diffIds).toEqual([digestOf(layer), digestOf(layer)])
        const [first] = manifest.layers
        if (first === undefined) throw new Error('no layer')
        const content = await contentOf(source, first)
        expect(digestOf(first.mediaType.endsWith('gzip') ? gunzipSync(content) : content)).toBe(digestOf(layer))
      })
    }
    const report = await inspectContainer(here, 'containers-storage:localhost/demo:1', {})
    expect(report).toMatchObject({ isIndex: false, images: [{ kind: 'image', platform: { architecture: 'amd64' } }] })
  } finally {
    await storage.remove()
  }
})
