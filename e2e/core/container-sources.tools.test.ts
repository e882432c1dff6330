import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLogger } from '#core/log/logger'
import { chooseImage } from '#core/operations/containers/choose-image'
import { inspectContainer } from '#core/operations/containers/inspect-container'
import { openContainerSource } from '#core/operations/containers/open-container-source'
import { resolveText } from '#core/operations/containers/resolve-reference'
import { inspectImage } from '#core/operations/inspect-image'
import { probeSource } from '#core/operations/unpack/probe-source'
import { createHost } from '#core/process/create-host'
import { type BuiltImage, digestOf, writeLayout } from './container-image.js'
import { openPodmanStorage } from './podman-storage.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { amd64, arm64, blob, both, contentOf, layer, openSourceBench, plain, type SourceBench } from './source-bench.js'
import { failureOf } from './workbench.js'

let bench: SourceBench
let registry: TestRegistry
let layout: string

beforeAll(async () => {
  bench = await openSourceBench()
  registry = await startRegistry()
  await registry.push('team/disk', 'v1', plain)
  layout = await writeLayout(path.join(bench.root, 'layout'), plain, 'demo')
  skopeo(`oci:${layout}:demo`, `docker-archive:${bench.root}/docker.tar:localhost/demo:1`)
  skopeo(`oci:${layout}:demo`, `oci-archive:${bench.root}/oci.tar:demo`)
  skopeo(`oci:${layout}:demo`, `dir:${bench.root}/dir`)
})

afterAll(async () => {
  await registry.stop()
  await bench.close()
})

function skopeo(from: string, to: string): void {
  execFileSync('skopeo', ['copy', '--insecure-policy', '--quiet', from, to], { stdio: ['ignore', 'ignore', 'pipe'] })
}

const places = (): Record<string, string> => ({
  oci: `oci:${layout}`,
  'oci by name': `oci:${layout}:demo`,
  'oci-archive': `oci-archive:${bench.root}/oci.tar`,
  'docker-archive': `docker-archive:${bench.root}/docker.tar`,
  'docker-archive by name': `docker-archive:${bench.root}/docker.tar:localhost/demo:1`,
  dir: `dir:${bench.root}/dir`,
  docker: `docker://${registry.registry}/team/disk:v1`,
})

test.each(Object.keys({ oci: 0, 'oci by name': 0, 'oci-archive': 0, 'docker-archive': 0, 'docker-archive by name': 0, dir: 0, docker: 0 }))(
  '%s: manifest, layer and a piece of it',
  async (place) => {
    await bench.using(places()[place] ?? '', async (source) => {
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
  const raw = execFileSync('skopeo', ['inspect', '--raw', `docker-archive:${bench.root}/docker.tar`])
  const facts = (bytes: Buffer): unknown => {
    const { config, layers } = JSON.parse(bytes.toString()) as { config: object; layers: { digest: string; size: number }[] }
    return { config, layers: layers.map(({ digest, size }) => ({ digest, size })) }
  }
  await bench.using(`docker-archive:${bench.root}/docker.tar`, async (source) =>
    expect(facts((await source.manifest()).bytes)).toEqual(facts(raw)),
  )
})

test('links of old archives lead to their layers, and nowhere else', async () => {
  const folder = path.join(bench.root, 'old')
  execFileSync('mkdir', ['-p', `${folder}/aa`, `${folder}/bb`, `${folder}/cc`])
  const config = [...plain.blobs].find(([digest]) => !plain.layers.includes(digest))?.[1] ?? Buffer.alloc(0)
  await fs.writeFile(`${folder}/config.json`, config)
  await fs.writeFile(`${folder}/aa/layer.tar`, layer)
  await fs.symlink('../aa/layer.tar', `${folder}/bb/layer.tar`)
  await fs.link(`${folder}/aa/layer.tar`, `${folder}/cc/layer.tar`)
  await fs.symlink('../../../../../../../../etc/passwd', `${folder}/out.tar`)
  const save = async (layers: string[]): Promise<string> => {
    await fs.writeFile(`${folder}/manifest.json`, JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers: layers }]))
    execFileSync('tar', ['-cf', `${bench.root}/old.tar`, '-C', folder, 'aa', 'bb', 'cc', 'out.tar', 'config.json', 'manifest.json'])
    return `docker-archive:${bench.root}/old.tar`
  }
  await bench.using(await save(['bb/layer.tar', 'cc/layer.tar']), async (source) => {
    for (const one of (await chooseImage(source)).manifest.layers) expect(digestOf(await contentOf(source, one))).toBe(digestOf(layer))
  })
  expect((await failureOf(openContainerSource(bench.deps, await save(['aa/layer.tar', 'out.tar']), {}))).code).toBe('container-invalid')
})

test.each([
  ['gzip', (bytes: Buffer) => gzipSync(bytes)],
  ['zstd', (bytes: Buffer) => execFileSync('zstd', ['-qc'], { input: bytes, maxBuffer: 2 ** 26 })],
])('a %s archive is unpacked in private, and nothing of it stays', async (name, compress) => {
  const packed = path.join(bench.root, `docker.tar.${name}`)
  await fs.writeFile(packed, compress(await fs.readFile(`${bench.root}/docker.tar`)))
  // Of a process that ended; its number has been given to another one since.
  await fs.mkdir(`${bench.root}/cache/containers/archive-${process.pid}.1-left`, { recursive: true })
  await bench.using(`docker-archive:${packed}`, async (source) => {
    const [first] = (await chooseImage(source)).manifest.layers
    if (first === undefined) throw new Error('no layer')
    expect(digestOf(await contentOf(source, first))).toBe(digestOf(layer))
    expect(await fs.readdir(`${bench.root}/cache/containers`)).toHaveLength(1)
  })
  expect(await fs.readdir(`${bench.root}/cache/containers`)).toEqual([])
})

test('an archive that is saved with compressed layers', async () => {
  const folder = path.join(bench.root, 'saved')
  await writeLayout(folder, amd64)
  const [config] = [...amd64.blobs.keys()].filter((digest) => !amd64.layers.includes(digest))
  const name = (digest: string | undefined): string => `blobs/${digest?.replace(':', '/') ?? ''}`
  const manifest = [{ Config: name(config), RepoTags: ['docker.io/library/x:latest'], Layers: amd64.layers.map(name) }]
  await fs.writeFile(`${folder}/manifest.json`, JSON.stringify(manifest))
  execFileSync('tar', ['-cf', `${bench.root}/saved.tar`, '-C', folder, '.'])
  await bench.using(`docker-archive:${bench.root}/saved.tar:x`, async (source) => {
    const { manifest: found } = await chooseImage(source)
    expect(found.layers.map((one) => [one.digest, one.mediaType])).toEqual(
      amd64.layers.map((digest) => [digest, 'application/vnd.docker.image.rootfs.diff.tar.gzip']),
    )
  })
})

test('several images in one layout have to be told apart; those of one name are an index', async () => {
  const folder = await writeLayout(path.join(bench.root, 'several'), both)
  const entry = (image: BuiltImage, name: string) => ({
    mediaType: image.mediaType,
    digest: image.digest,
    size: image.manifest.length,
    platform: image.platform,
    annotations: { 'org.opencontainers.image.ref.name': name },
  })
  const write = (entries: object[]) => fs.writeFile(`${folder}/index.json`, JSON.stringify({ schemaVersion: 2, manifests: entries }))
  await write([entry(amd64, 'one'), entry(arm64, 'two')])
  const failure = await failureOf(openContainerSource(bench.deps, `oci:${folder}`, {}))
  expect([failure.code, failure.data.details.reason]).toEqual(['bad-input', expect.stringContaining('one, two')])
  expect((await failureOf(openContainerSource(bench.deps, `oci:${folder}:three`, {}))).code).toBe('container-not-found')
  expect((await inspectContainer(bench.deps, `oci:${folder}:two`, {})).images.map(({ digest }) => digest)).toEqual([arm64.digest])
  await write([entry(amd64, 'one'), entry(arm64, 'one')])
  expect((await inspectContainer(bench.deps, `oci:${folder}:one`, {})).images.map(({ digest }) => digest)).toEqual([
    amd64.digest,
    arm64.digest,
  ])
})

test('a damaged blob of a layout is found, and its last piece never given out', async () => {
  const folder = await writeLayout(path.join(bench.root, 'damaged'), plain)
  const file = path.join(folder, 'blobs', blob.digest.replace(':', '/'))
  const bytes = await fs.readFile(file)
  bytes.writeUInt8(bytes.readUInt8(700_000) ^ 1, 700_000)
  await fs.writeFile(file, bytes)
  let given = 0
  await bench.using(`oci:${folder}`, async (source) => {
    const failure = await failureOf(
      (async () => {
        for await (const piece of source.blob(blob)) given += piece.length
      })(),
    )
    expect(failure.code).toBe('blob-mismatch')
  })
  expect(given).toBeLessThan(layer.length)
})

test.each(['oci-archive', 'docker-archive', 'oci', 'dir', 'gzip'])('opening one as a disk leads to its place: %s', async (kind) => {
  const packed = path.join(bench.root, 'opened.tar.gz')
  await fs.writeFile(packed, gzipSync(await fs.readFile(`${bench.root}/docker.tar`)))
  const reference = kind === 'gzip' ? `docker-archive:${packed}` : (places()[kind] ?? '')
  const file = reference.slice(reference.indexOf(':') + 1)
  const action = { kind: 'open-container', reference }
  if (kind !== 'gzip') expect((await failureOf(probeSource(bench.deps.host, file))).data.actions).toEqual([action])
  expect((await failureOf(inspectImage(bench.deps.host, file))).data.actions).toContainEqual(action)
  expect((await resolveText(bench.deps.host.env, file)).references).toEqual([reference])
})

test('a pasted text: names, short names, paths', async () => {
  const conf = path.join(bench.root, 'registries.conf')
  await fs.writeFile(conf, 'unqualified-search-registries = ["a.example", "docker.io"]\n[aliases]\n"known" = "b.example/os/known"\n')
  const env = { HOME: bench.root, CONTAINERS_REGISTRIES_CONF: conf }
  const references = async (text: string): Promise<string[]> => (await resolveText(env, text)).references
  expect(await references(' registry.example/os/boot:1 ')).toEqual(['docker://registry.example/os/boot:1'])
  expect(await references('docker://localhost/a')).toEqual(['docker://localhost/a'])
  expect(await references('known:2')).toEqual(['docker://b.example/os/known:2'])
  expect(await references('thing')).toEqual(['docker://a.example/thing', 'docker://docker.io/library/thing'])
  expect(await references(`~/${path.basename(layout)}`)).toEqual([`oci:${layout}`])
  expect(await references(`file://${layout}`)).toEqual([`oci:${layout}`])
  expect((await failureOf(references(`${bench.root}/nowhere`))).code).toBe('file-not-found')
  expect((await failureOf(references(`${bench.root}/registries.conf`))).code).toBe('bad-input')
  await fs.writeFile(conf, '')
  expect((await failureOf(references('thing'))).data).toMatchObject({
    code: 'bad-input',
    details: { reason: expect.stringContaining('docker.io/thing') },
  })
})

test('archives that podman saves, and its storage itself', async () => {
  const storage = await openPodmanStorage()
  try {
    const { dirs } = bench.deps.host
    const here = { ...bench.deps, host: await createHost({ dirs, env: storage.env, log: silentLogger }) }
    await storage.put(plain, 'localhost/demo:1')
    for (const format of ['docker-archive', 'oci-archive']) {
      const file = path.join(storage.root, `${format}.tar`)
      await storage.podman('save', '--quiet', '--format', format, '--output', file, 'localhost/demo:1')
      await bench.using((await resolveText({}, file)).references[0] ?? '', async (source) => {
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
