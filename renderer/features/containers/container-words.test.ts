import { expect, test } from 'vitest'
import { createdWords, looksLikeReference, outputName, shortDigest, withTag } from './container-words.js'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

test('digests and dates in few words', () => {
  expect(shortDigest(DIGEST)).toBe('sha256:0123456789ab…')
  expect(createdWords('2026-02-03T04:05:06Z')).toBe('2026-02-03 04:05 UTC')
  expect(createdWords('1970-01-01T00:00:00Z')).toBeNull()
  expect(createdWords(null)).toBeNull()
})

test('what is taken out is named as in the image, without what says that it was packed', () => {
  const disk = { path: '/disk/boot.qcow2', format: 'qcow2', compression: null, parts: [] } as const
  expect(outputName(disk, true)).toBe('boot.qcow2')
  const packed = { ...disk, path: '/disk/boot.raw.xz', format: 'raw', compression: 'xz' } as const
  expect(outputName(packed, true)).toBe('boot.raw')
  expect(outputName(packed, false)).toBe('boot.raw.xz')
  expect(
    outputName({ ...disk, path: '/disk/boot.raw.000', format: 'raw', parts: ['/disk/boot.raw.000', '/disk/boot.raw.001'] }, true),
  ).toBe('boot.raw')
  expect(outputName({ ...disk, path: DIGEST }, true)).toBe('disk.qcow2')
  expect(outputName({ ...disk, path: '/disk' }, true)).toBe('disk.qcow2')
})

test('another tag of the same repository', () => {
  expect(withTag(`docker://registry.example:5000/team/boot:1@${DIGEST}`, '2')).toBe('docker://registry.example:5000/team/boot:2')
})

test('a pasted text is a reference, or it is left alone', () => {
  const asked = [
    'registry.example/team/boot',
    'team/boot',
    'boot:8',
    'docker://boot',
    'oci-archive:/tmp/a.tar',
    ` localhost:5000/a@${DIGEST} `,
    'https://registry.example/team/boot:8.10',
  ]
  expect(asked.map(looksLikeReference)).toEqual(asked.map(() => true))
  const others = [
    '',
    'word',
    '/home/me/disk.qcow2',
    'two words',
    'https://registry.example/a',
    'https://registry.example:8443/a/',
    'a\nb',
    'Team/Boot',
  ]
  expect(others.map(looksLikeReference)).toEqual(others.map(() => false))
})
