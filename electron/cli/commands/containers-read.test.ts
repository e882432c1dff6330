import { expect, test } from 'vitest'
import type { ContainerImage, ContainerReport } from '#shared/containers/container-report'
import { describeContainer } from './containers-read.js'

const image: ContainerImage = {
  digest: `sha256:${'a'.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  kind: 'image',
  artifactType: null,
  platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
  bytes: 1024,
  layers: [],
  createdAt: '2025-01-02T03:04:05.000Z',
  labels: { of: 'x' },
  annotations: {},
}
const report: ContainerReport = {
  reference: 'docker://registry.example/a:1',
  digest: image.digest,
  mediaType: image.mediaType,
  isIndex: false,
  images: [image],
  preferred: image.digest,
  signature: { state: 'missing', detail: 'It has none' },
  mirror: 'mirror.example',
  plainHttp: true,
  notes: ['One'],
}

test('an image, its platform, what stands against it', () => {
  expect(describeContainer(report)).toEqual([
    'docker://registry.example/a:1: image',
    `  Digest: ${image.digest}`,
    expect.stringMatching(/Platform +Size +Layers +Made +Digest/),
    expect.stringMatching(/\* linux\/arm64\/v8 +1 KiB +0 +2025-01-02 +sha256:a/),
    '  Label: of=x',
    '  Signature: MISSING (It has none)',
    '  Mirror: mirror.example',
    '  Warning: it came without TLS',
    '  Note: One',
  ])
})

test('an artifact with its files', () => {
  const layer = { digest: image.digest, mediaType: 'x', bytes: 512, compression: 'none', kind: 'file', title: 'disk.qcow2' } as const
  const artifact: ContainerImage = { ...image, kind: 'artifact', artifactType: 'application/vnd.x', platform: null, layers: [layer] }
  const lines = describeContainer({ ...report, images: [artifact] })
  expect(lines[0]).toBe('docker://registry.example/a:1: artifact (application/vnd.x)')
  expect(lines[2]).toMatch(/Files/)
  expect(lines).toContain('  File: disk.qcow2, 512 bytes')
})
