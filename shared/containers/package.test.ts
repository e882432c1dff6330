import { expect, test } from 'vitest'
import { type WrittenDescriptor, imageConfig, imageIndex, imageManifest, layerFrame, memberName, mergeIndex } from './package.js'
import { MEDIA_TYPES } from './media-types.js'

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
const image = (letter: string, architecture: string, variant?: string): WrittenDescriptor => ({
  mediaType: MEDIA_TYPES.manifest,
  digest: digest(letter),
  size: 400,
  platform: { architecture, os: 'linux', ...(variant === undefined ? {} : { variant }) },
})
const parsed = (text: string) => JSON.parse(text) as { manifests: WrittenDescriptor[]; annotations?: object }

test('the frame of a layer names every folder above the disk, and fills whole records', () => {
  const { head, tailBytes } = layerFrame('/disk/a/boot.qcow2', 1000)
  const names = [0, 1, 2].map((at) => new TextDecoder().decode(head.subarray(at * 512, at * 512 + 100)).replace(/\0+$/, ''))
  expect(names).toEqual(['disk/', 'disk/a/', 'disk/a/boot.qcow2'])
  expect((head.length + 1000 + tailBytes) % 10240).toBe(0)
  expect(tailBytes).toBeGreaterThanOrEqual(1024 + 24)
})

test.each(['', '/', '/disk/', '/disk/../etc/x', '/./x', '/disk/a b', `/${'x'.repeat(101)}`, '/disk/é'])(
  '%j is no path of a disk',
  (path) => {
    expect(() => memberName(path)).toThrowError(expect.objectContaining({ code: 'bad-input' }))
  },
)

test('a time stands in the configuration only where one is given', () => {
  const parts = { platform: { architecture: 'arm64', os: 'linux' }, labels: { a: 'b' }, diffId: digest('a'), createdBy: 'x' }
  expect(imageConfig(parts)).not.toContain('created"')
  expect(JSON.parse(imageConfig({ ...parts, created: '2026-01-01T00:00:00Z' }))).toMatchObject({
    created: '2026-01-01T00:00:00Z',
    history: [{ created: '2026-01-01T00:00:00Z' }],
  })
})

test('annotations stand in a manifest only where there are some', () => {
  const parts = { config: image('a', 'amd64'), layers: [] }
  expect(imageManifest({ ...parts, annotations: {} })).not.toContain('annotations')
  expect(imageManifest({ ...parts, annotations: { k: 'v' } })).toContain('"annotations":{"k":"v"}')
})

test('an image of another platform is added behind what is there', () => {
  const { manifests } = parsed(mergeIndex(JSON.parse(imageIndex([image('a', 'amd64')])), image('b', 'arm64')))
  expect(manifests.map((one) => one.digest)).toEqual([digest('a'), digest('b')])
})

test('an image of the same platform is replaced at its place, v8 being what every arm64 is', () => {
  const present = JSON.parse(imageIndex([image('a', 'arm64', 'v8'), image('b', 'amd64')])) as unknown
  const { manifests } = parsed(mergeIndex(present, image('c', 'arm64')))
  expect(manifests.map((one) => one.digest)).toEqual([digest('c'), digest('b')])
})

test('another variant is another platform', () => {
  const { manifests } = parsed(mergeIndex(JSON.parse(imageIndex([image('a', 'arm', 'v6')])), image('b', 'arm', 'v7')))
  expect(manifests).toHaveLength(2)
})

test('attestations, unknown fields and annotations stay', () => {
  const attestation = {
    mediaType: MEDIA_TYPES.manifest,
    digest: digest('e'),
    size: 1,
    platform: { architecture: 'unknown', os: 'unknown' },
    odd: 1,
  }
  const present = { schemaVersion: 2, manifests: [attestation], annotations: { a: 'b' }, subject: { x: 1 } }
  const merged = JSON.parse(mergeIndex(present, image('a', 'amd64'))) as Record<string, unknown>
  expect(merged).toMatchObject({ annotations: { a: 'b' }, subject: { x: 1 }, mediaType: MEDIA_TYPES.index })
  expect(merged.manifests).toEqual([attestation, image('a', 'amd64')])
})

test('what is no index is refused', () => {
  expect(() => mergeIndex({ layers: [] }, image('a', 'amd64'))).toThrowError(expect.objectContaining({ code: 'container-invalid' }))
})
