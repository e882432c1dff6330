import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ovfManifest } from './manifest.js'
import { packageStem } from './package-names.js'

test.each([
  ['boot-131-vmware.ova', 'boot-131-vmware'],
  ['my image (1).ova', 'my-image-1'],
  ['Übergröße.oci.tar', 'Ubergro-e'],
  ['../../etc/passwd.ova', 'etc-passwd'],
  ['.ova', 'image'],
  ['日本.ova', 'image'],
])('the stem of %s is %s', (name, stem) => {
  expect(packageStem(name)).toBe(stem)
})

test('a stem is always a plain name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(packageStem(name)).toMatch(/^[A-Za-z0-9_]([A-Za-z0-9._-]{0,58}[A-Za-z0-9_])?$/)
    }),
  )
})

test('no blank stands between the algorithm and the name', () => {
  expect(ovfManifest([{ name: 'a.ovf', sha256: 'b'.repeat(64) }])).toBe(`SHA256(a.ovf)= ${'b'.repeat(64)}\n`)
})
