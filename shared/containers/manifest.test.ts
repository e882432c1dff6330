import { expect, test } from 'vitest'
import { imageKind, isAttestation } from './image-kind.js'
import { type Descriptor, type ImageManifest, readImageConfig, readManifest, sniffManifestType } from './manifest.js'
import { layerType, MEDIA_TYPES } from './media-types.js'

const DIGEST = `sha256:${'a'.repeat(64)}`
/** buildah 1.28.2, `buildah commit --format docker`. */
const DOCKER =
  '{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":967,"digest":"sha256:35a37f3dd95f3d3118aa253535843833e6619cc746379da96d0a217f7651d2eb"},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar","size":2560,"digest":"sha256:fc81dde60dabf9e947e4edd1124930e899286d098e1784708515433a8d4adacf"}]}'
/** skopeo 1.9.3, `skopeo copy … oci-archive:`. */
const OCI =
  '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:2b388268c782f0d37bc269cb3b45f9991b1e23d93bc3e7282dcc27f31b58dda4","size":328},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:4e5b203b99110549eefbd99689ac5acceaff08f89ce01bf3c74ffb33f2d46490","size":149}],"annotations":{"org.opencontainers.image.base.digest":"","org.opencontainers.image.base.name":""}}'
/** buildah 1.28.2, `buildah manifest push --all multi oci:multi:m`. */
const INDEX =
  '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:1b70c68e91c77c39da62f0ac9d06ff4c7ddf03343e91f7f1fcc379f26decefee","size":499,"platform":{"architecture":"amd64","os":"linux"}}]}'
/** buildah 1.28.2. */
const CONFIG =
  '{"created":"2026-11-21T13:43:33.617868828Z","architecture":"amd64","os":"linux","config":{"Labels":{"a":"b","io.buildah.version":"1.28.2"}},"rootfs":{"type":"layers","diff_ids":["sha256:fc81dde60dabf9e947e4edd1124930e899286d098e1784708515433a8d4adacf"]},"history":[{"created":"2026-11-21T13:43:33.618842099Z","created_by":"x"}]}'

const layer = { mediaType: MEDIA_TYPES.layer, digest: DIGEST, size: 1 }
const manifest = (parts: object = {}) => ({
  schemaVersion: 2,
  config: { ...layer, mediaType: MEDIA_TYPES.config },
  layers: [layer],
  ...parts,
})
const read = (value: unknown, type = '') => readManifest(typeof value === 'string' ? value : JSON.stringify(value), type)
const asManifest = (value: unknown): ImageManifest => {
  const found = read(value)
  if (found.kind !== 'manifest') throw new Error('an index')
  return found
}

test('manifests that tools wrote', () => {
  expect(read(DOCKER)).toMatchObject({ kind: 'manifest', mediaType: MEDIA_TYPES.dockerManifest, layers: [{ bytes: 2560 }] })
  expect(read(OCI)).toMatchObject({ kind: 'manifest', config: { bytes: 328 }, layers: [{ bytes: 149, annotations: {} }] })
  expect(read(INDEX)).toMatchObject({ kind: 'index', manifests: [{ platform: { os: 'linux', architecture: 'amd64', variant: null } }] })
  expect(imageKind(asManifest(DOCKER))).toMatchObject({ kind: 'image', layers: [{ kind: 'tar', compression: 'none' }] })
  expect(imageKind(asManifest(OCI))).toMatchObject({ kind: 'image', artifactType: null, layers: [{ kind: 'tar', compression: 'gzip' }] })
  expect(readImageConfig(CONFIG)).toEqual({
    createdAt: '2026-11-21T13:43:33.617Z',
    platform: { os: 'linux', architecture: 'amd64', variant: null },
    labels: { a: 'b', 'io.buildah.version': '1.28.2' },
    diffIds: ['sha256:fc81dde60dabf9e947e4edd1124930e899286d098e1784708515433a8d4adacf'],
  })
})

test('the type is that of the text itself, else of its place, else what it looks like', () => {
  expect(read(OCI, 'text/plain').mediaType).toBe(MEDIA_TYPES.manifest)
  expect(read(manifest(), MEDIA_TYPES.dockerManifest).mediaType).toBe(MEDIA_TYPES.dockerManifest)
  expect(read(manifest(), 'application/octet-stream').mediaType).toBe(MEDIA_TYPES.manifest)
  expect(sniffManifestType('{"manifests":[]}')).toBe(MEDIA_TYPES.index)
})

test.each<[string, unknown, string?]>([
  ['no JSON', '{'],
  ['a list', []],
  ['text that is both', { ...manifest(), manifests: [] }],
  ['neither', { schemaVersion: 2 }],
  ['an index that says it is a manifest', { mediaType: MEDIA_TYPES.manifest, manifests: [] }],
  ['a manifest whose place says it is an index', manifest(), MEDIA_TYPES.index],
  ['a negative size', manifest({ layers: [{ ...layer, size: -1 }] })],
  ['half a byte', manifest({ layers: [{ ...layer, size: 0.5 }] })],
  ['a size beyond numbers', manifest({ layers: [{ ...layer, size: 2 ** 60 }] })],
  ['a size in words', manifest({ layers: [{ ...layer, size: '1' }] })],
  ['a digest that is a path', manifest({ layers: [{ ...layer, digest: 'sha256:../../../etc/passwd' }] })],
  ['a digest in capitals', manifest({ layers: [{ ...layer, digest: DIGEST.toUpperCase() }] })],
  ['another digest', manifest({ layers: [{ ...layer, digest: `md5:${'a'.repeat(32)}` }] })],
  ['too many layers', manifest({ layers: Array.from({ length: 25_000 }, () => layer) })],
  ['an index without end', { manifests: Array.from({ length: 1025 }, () => layer) }],
  ['more than 4 MiB', manifest({ annotations: { a: 'x'.repeat(4 * 1024 * 1024) } })],
  ['brackets without end', '['.repeat(4_000_000)],
  ['a deep tree', `{"layers":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
])('%s is refused', (_, value, type) => expect(() => read(value, type)).toThrow(/container-invalid/))

test.each<[string, unknown]>([
  ['schema 1', { schemaVersion: 1, fsLayers: [{ blobSum: DIGEST }], history: [] }],
  ['signed schema 1', { schemaVersion: 1, mediaType: MEDIA_TYPES.dockerSchema1Signed, fsLayers: [] }],
  ['layers elsewhere', manifest({ layers: [{ ...layer, urls: ['https://elsewhere.example/layer'] }] })],
])('%s is told as what cannot be used', (_, value) => expect(() => read(value)).toThrow(/container-unsupported/))

test('unknown fields are no matter, and nothing reaches the prototype', () => {
  const text = JSON.stringify(manifest({ future: { deep: [1] }, layers: [{ ...layer, newField: 1 }] }))
  expect(asManifest(text.replace('"future"', '"__proto__"')).layers).toHaveLength(1)
  expect(({} as Record<string, unknown>).deep).toBeUndefined()
})

test('configurations: what is not there is null, what is wrong is refused', () => {
  expect(readImageConfig('{}')).toEqual({ createdAt: null, platform: null, labels: {}, diffIds: [] })
  expect(readImageConfig('{"created":"yesterday","config":{"Labels":null},"rootfs":null}').createdAt).toBeNull()
  expect(() => readImageConfig('{"rootfs":{"diff_ids":["x"]}}')).toThrow(/container-invalid/)
  expect(() => readImageConfig('null')).toThrow(/container-invalid/)
})

const TITLE = { 'org.opencontainers.image.title': 'disk.qcow2' }
test.each<[string, object, object]>([
  [
    'an artifact of OCI 1.1',
    manifest({ artifactType: 'application/vnd.x', config: { ...layer, mediaType: MEDIA_TYPES.empty } }),
    { kind: 'artifact', artifactType: 'application/vnd.x' },
  ],
  [
    'an artifact by its configuration',
    manifest({ config: { ...layer, mediaType: 'application/vnd.y+json' } }),
    { kind: 'artifact', artifactType: 'application/vnd.y+json' },
  ],
  [
    'an empty configuration and no type',
    manifest({ config: { ...layer, mediaType: MEDIA_TYPES.empty } }),
    { kind: 'artifact', artifactType: null },
  ],
  [
    'layers that are no tars',
    manifest({ layers: [{ ...layer, mediaType: 'application/x-qemu-disk', annotations: TITLE }] }),
    { kind: 'artifact', layers: [{ kind: 'file', title: 'disk.qcow2' }] },
  ],
  [
    'a file that ORAS calls a tar',
    manifest({ config: { ...layer, mediaType: 'application/vnd.unknown.config.v1+json' }, layers: [{ ...layer, annotations: TITLE }] }),
    { layers: [{ kind: 'file' }] },
  ],
  [
    'a folder of ORAS',
    manifest({
      config: { ...layer, mediaType: 'application/vnd.unknown.config.v1+json' },
      layers: [{ ...layer, annotations: { ...TITLE, 'io.deis.oras.content.unpack': 'true' } }],
    }),
    { layers: [{ kind: 'tar' }] },
  ],
  [
    'a compressed file',
    manifest({ artifactType: 'x', layers: [{ ...layer, mediaType: 'application/x-qemu-disk+zstd' }] }),
    { layers: [{ kind: 'file', compression: 'zstd' }] },
  ],
  [
    'an image whose layer has a title',
    manifest({ layers: [{ ...layer, annotations: TITLE }] }),
    { kind: 'image', layers: [{ kind: 'tar' }] },
  ],
])('%s', (_, value, kind) => expect(imageKind(asManifest(value))).toMatchObject(kind))

test.each([
  [`${MEDIA_TYPES.layer}+gzip`, 'gzip'],
  [`${MEDIA_TYPES.layer}+zstd`, 'zstd'],
  [`${MEDIA_TYPES.layer}+encrypted`, 'other'],
  [`${MEDIA_TYPES.dockerLayer}.gzip`, 'gzip'],
  [MEDIA_TYPES.dockerLayer, 'none'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'gzip'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'none'],
  ['application/octet-stream', null],
])('%s: %s', (mediaType, compression) => expect(layerType(mediaType)).toBe(compression))

test('attestations are told from images', () => {
  const entry: Descriptor = {
    mediaType: MEDIA_TYPES.manifest,
    digest: DIGEST,
    bytes: 1,
    artifactType: null,
    platform: null,
    annotations: {},
    data: null,
  }
  expect(isAttestation(entry)).toBe(false)
  expect(isAttestation({ ...entry, platform: { os: 'unknown', architecture: 'unknown', variant: null } })).toBe(true)
  expect(isAttestation({ ...entry, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } })).toBe(true)
})
